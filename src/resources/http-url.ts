/** Whether a text is a complete URL of HTTP, for example `https://api.example.org/v2`. */
export function isHttpUrl(text: string): boolean {
  try {
    const { protocol, hostname } = new URL(text)
    return (protocol === 'http:' || protocol === 'https:') && hostname !== ''
  } catch {
    return false
  }
}
