import { readFileSync } from 'node:fs'

/**
 * How many tests passed, failed and were skipped. A runner that fails without a failed test – it
 * crashed, found no test, met an error outside of one – counts as one failure, with a remark; so
 * does one that ran nothing.
 *
 * @typedef {{ passed: number, failed: number, skipped: number, remark?: string }} Figures
 */

/**
 * A tool that only says yes or no is one test.
 *
 * @param {number} code
 * @returns {Figures} One passed or one failed.
 */
export function byExitCode(code) {
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

/**
 * @param {string} file What vitest's JSON reporter wrote.
 * @param {number} code
 * @returns {Figures} Its figures.
 */
export function fromVitest(file, code) {
  return checked(file, code, report => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  }))
}

/**
 * @param {string} file What Playwright's JSON reporter wrote.
 * @param {number} code
 * @returns {Figures} Its figures; a flaky test has passed.
 */
export function fromPlaywright(file, code) {
  return checked(file, code, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    ...stats.flaky > 0 && { remark: `${stats.flaky} flaky` },
  }))
}

function checked(file, code, count) {
  let figures
  try {
    figures = count(JSON.parse(readFileSync(file, 'utf8')))
  }
  catch (error) {
    return { passed: 0, failed: 1, skipped: 0, remark: `no report: ${error.message}` }
  }
  const { passed, failed, skipped } = figures
  if (![passed, failed, skipped].every(Number.isSafeInteger))
    return { passed: 0, failed: 1, skipped: 0, remark: 'no figures in the report' }
  if (code !== 0 && failed === 0)
    return { ...figures, failed: 1, remark: `ended with code ${code} although no test failed` }
  if (passed + failed + skipped === 0)
    return { ...figures, failed: 1, remark: 'ran no test' }
  return figures
}
