/**
 * The few globals that every platform has and that this room uses, without the types of any of them. Only this room's tsconfig
 * sees this file; elsewhere the names mean what the platform's own types say.
 */
declare function setTimeout(callback: () => void, milliseconds: number): unknown;
declare function clearTimeout(timer: unknown): void;
