import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import mocha from 'mocha'
import { openHandles } from './open-handles.mjs'

const { Base } = mocha.reporters
const SLOW_SUITE_MS = 500
/** A run that is over and yet holds its process has left something open. */
const END_MS = 10_000

/**
 * One line a top-level suite, failures in full, then what was skipped. With SIDELIGHT_COUNTS=FILE
 * the counts are written there as JSON: `.ci/run` adds these up and reads no printed summary.
 * A run whose process does not end says what holds it, as one more failure.
 */
export class Reporter extends Base {
  constructor(runner, options) {
    super(runner, options)
    const counts = { passed: 0, failed: 0, skipped: 0 }
    const skipped = []
    let suite = { passed: 0, failed: 0, skipped: 0, startedAt: 0 }

    runner.on('suite', (entered) => {
      if (entered.parent?.root)
        suite = { passed: 0, failed: 0, skipped: 0, startedAt: performance.now() }
    })
    runner.on('pass', () => {
      counts.passed++
      suite.passed++
    })
    runner.on('fail', () => {
      counts.failed++
      suite.failed++
    })
    runner.on('pending', (test) => {
      counts.skipped++
      suite.skipped++
      skipped.push(test.fullTitle())
    })
    runner.on('suite end', (left) => {
      if (!left.parent?.root) return
      const ms = Math.round(performance.now() - suite.startedAt)
      const [symbol, color] = suite.failed > 0 ? ['✗', 'fail'] : ['✓', 'checkmark']
      const parts = [`${suite.passed}`]
      if (suite.failed > 0) parts.push(`${suite.failed} failing`)
      if (suite.skipped > 0) parts.push(`${suite.skipped} skipped`)
      if (ms >= SLOW_SUITE_MS) parts.push(`${(ms / 1000).toFixed(1)} s`)
      const file = left.file === undefined ? '' : relative(process.cwd(), left.file)
      Base.consoleLog(
        `${Base.color(color, `${symbol} ${left.title}`)} ${parts.join(', ')} ${Base.color('light', file)}`,
      )
    })
    runner.once('end', () => {
      if (skipped.length > 0) {
        Base.consoleLog(`\n${skipped.length} skipped:`)
        for (const title of skipped) Base.consoleLog(Base.color('pending', `  - ${title}`))
      }
      this.epilogue()
      const writeCounts = () => {
        const file = process.env.SIDELIGHT_COUNTS
        if (file) writeFileSync(file, JSON.stringify(counts))
      }
      writeCounts()
      setTimeout(() => {
        counts.failed++
        writeCounts()
        Base.consoleLog('the tests are over, but the process is held by:')
        for (const line of openHandles()) Base.consoleLog(Base.color('fail', `  - ${line}`))
        // Mocha sets the exit code of what it counted itself, as the process exits.
        process.once('exit', () => {
          process.exitCode = 1
        })
        process.exit()
      }, END_MS).unref()
    })
  }
}

// biome-ignore lint/style/noDefaultExport: mocha takes a reporter from a module's default export
export { Reporter as default }
