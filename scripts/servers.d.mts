import type { Discovery } from '../src/protocol/extras';

export function discoveryFiles(userData: string): string[];
export function readDiscovery(file: string): Discovery | undefined;
export function endServers(userData: string): Promise<void>;
export function endServer(file: string): Promise<void>;
