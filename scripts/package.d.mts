export const sizeLimit: number;
export function createPackage(target?: string): Promise<{ file: string; size: number }>;
