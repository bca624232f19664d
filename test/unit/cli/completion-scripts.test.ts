import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { commands } from '../../../src/cli/command-table.ts'
import { completionScripts } from '../../../src/cli/completion-scripts.ts'

/** What bash offers for the last of the words. */
function complete(...words: readonly string[]): readonly string[] {
  const script = `${completionScripts.bash?.(commands)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_sidelight
printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n')
}

describe('completionScripts', () => {
  test('completes commands in bash', () => {
    assert.deepEqual(complete('sidelight', 'un'), ['uninstall'])
    assert.deepEqual(complete('sidelight', ''), Object.keys(commands))
  })

  test('completes flags and first words of a command in bash', () => {
    assert.deepEqual(complete('sidelight', 'tune', '--f'), ['--for', '--file'])
    assert.deepEqual(complete('sidelight', 'config', 'va'), ['validate'])
    assert.deepEqual(complete('sidelight', 'sidecar', '--sentry'), [''])
  })

  test('names each command and each flag that has an effect to zsh and fish', () => {
    for (const shell of ['zsh', 'fish']) {
      const script = completionScripts[shell]?.(commands) ?? ''
      for (const [name, { flags }] of Object.entries(commands)) {
        assert.match(script, new RegExp(`\\b${name}\\b`))
        for (const flag of flags)
          if (flag.deprecated === undefined && flag.noEffect === undefined)
            assert.ok(script.includes(flag.name), `${shell} ${name} --${flag.name}`)
      }
      // An odd number of quotes would swallow what follows.
      assert.equal((script.match(/'/g)?.length ?? 0) % 2, 0)
    }
  })
})
