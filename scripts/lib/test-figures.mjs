import { readFileSync } from 'node:fs'
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'

/**
 * How many tests passed, failed and were skipped. If a runner fails without a failed test, because
 * it crashed, found no test, or met an error outside of a test, that counts as one failure, with a
 * remark. So does a runner that ran nothing.
 *
 * `failures` says which tests failed, and how, for places that only keep the end of the output.
 *
 * @typedef {{ passed: number, failed: number, skipped: number, remark?: string, failures?: string[]
 *   }} Figures
 */

/**
 * Counts a tool that only says yes or no as one test.
 *
 * @param {number} code
 * @returns {Figures} One passed or one failed.
 */
export function byExitCode(code) {
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

/**
 * @param {string} file Report of vitest's JSON reporter.
 * @param {number} code
 * @returns {Figures} Its figures.
 */
export function fromVitest(file, code) {
  return checked(file, code, vitestFailures, report => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  }))
}

/**
 * @param {string} file Report of Playwright's JSON reporter.
 * @param {number} code
 * @returns {Figures} Its figures; a flaky test counts as passed.
 */
export function fromPlaywright(file, code) {
  return checked(file, code, playwrightFailures, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    ...stats.flaky > 0 && { remark: `${stats.flaky} flaky` },
  }))
}

function vitestFailures({ testResults = [] }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed')
    return [
      // The file or one of its hooks failed, but none of its tests.
      ...status === 'failed' && failed.length === 0 ? [inBrief(name, message || 'failed outside of its tests')] : [],
      ...failed.map(({ fullName, failureMessages }) => inBrief(`${name} › ${fullName}`, failureMessages.join('\n'))),
    ]
  })
}

function playwrightFailures({ suites = [], specs = [] }) {
  return [
    ...specs.filter(({ ok }) => !ok).map(({ file, line, title, tests }) => {
      const errors = tests.flatMap(({ results }) => results.flatMap(({ errors }) => errors))
      return inBrief(`${file}:${line} › ${title}`, errors.map(({ message }) => message).join('\n'))
    }),
    ...suites.flatMap(playwrightFailures),
  ]
}

/** The first lines of the message, and the place where it failed. */
function inBrief(name, message) {
  const lines = stripVTControlCharacters(message).split('\n').filter(line => line.trim() !== '')
  const place = lines.find(line => /^\s+at .*\.(?:test|spec)\./.test(line)) ?? []
  return [name, ...lines.filter(line => !/^\s+at /.test(line)).slice(0, 8), ...[place].flat()]
    .map(line => line.replaceAll(`${process.cwd()}/`, ''))
    .join('\n    ')
}

function checked(file, code, failuresOf, count) {
  let figures
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    figures = { ...count(report), failures: failuresOf(report) }
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
