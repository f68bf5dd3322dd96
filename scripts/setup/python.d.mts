export function pythonNames(): string[];
export function pythonFor(name: string): Promise<string>;
export function pythonForSample(): Promise<string>;
