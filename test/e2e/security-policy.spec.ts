import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

// S19. Red when the Content-Security-Policy header of src/main/http/console-files.ts is left out.
test('the policy is in force and its violations are noticed', async ({ overview, violations }) => {
  await overview.evaluate(`{
    const style = document.createElement('style')
    style.textContent = 'body { display: none }'
    document.head.append(style)
  }`)
  await expect.poll(() => violations.length).toBeGreaterThan(0)
  await expect(overview.getByRole('table', { name: 'Caches' })).toBeVisible()
  const sink = await overview.evaluate(`try {
    document.createElement('div').innerHTML = '<b>'
    'allowed'
  }
  catch (error) {
    error.name
  }`)
  expect(sink).toBe('TypeError')
  await expect.poll(() => violations.some(text => text.includes('require-trusted-types-for'))).toBe(true)
  violations.length = 0
})
