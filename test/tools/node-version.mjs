// Old syntax on purpose: an old Node has to get as far as the message. See bootstrap.mjs.

/**
 * Whether a version is in a range of the two forms that package.json's "engines" uses:
 * `^20.19.0 || >=24.0.0`.
 */
export function satisfies(version, range) {
  const have = parts(version)
  return range.split('||').some((piece) => {
    const match = /^\s*(\^|>=)\s*v?(\d+(?:\.\d+)*)\s*$/.exec(piece)
    if (match === null) throw new Error(`package.json: engines.node: cannot read "${piece}"`)
    const least = parts(match[2])
    return compare(have, least) >= 0 && (match[1] === '>=' || have[0] === least[0])
  })
}

/** What to tell somebody whose Node is too old; undefined if it is not. */
export function versionProblem(version, range) {
  if (satisfies(version, range)) return undefined
  return [
    `Sidelight needs Node.js ${range}; this is ${version}.`,
    'Install a newer one, for example with "nvm install 24" or from https://nodejs.org, and start again.',
  ].join('\n')
}

function parts(version) {
  const numbers = version.replace(/^v/, '').split(/[-+]/)[0].split('.').map(Number)
  return [numbers[0] || 0, numbers[1] || 0, numbers[2] || 0]
}

function compare(a, b) {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}
