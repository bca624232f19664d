export function satisfies(version: string, range: string): boolean
export function versionProblem(version: string, range: string): string | undefined
