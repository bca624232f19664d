/** From 0 to 1, without 1, of the platform's CSPRNG: for pauses that must not fall together. */
export const random = (): number => {
  const [bits = 0] = crypto.getRandomValues(new Uint32Array(1))
  return bits / 2 ** 32
}
