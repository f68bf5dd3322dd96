export function terminalSettings(home: string, python: string): Record<string, unknown>;
