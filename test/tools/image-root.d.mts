export function imageFiles(): Map<string, string>
export function makeImageRoot(directory: string, epochSeconds?: number): void
