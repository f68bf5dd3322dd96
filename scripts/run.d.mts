export function endWithSignals(cleanup?: () => unknown): void;
