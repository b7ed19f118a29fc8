import { join } from 'node:path'
import { ESLint } from 'eslint'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

// S19. Red when `vue/no-v-html` of eslint.config.js is taken out, or is less than an error.
it('lint refuses markup from data in every component', async () => {
  const eslint = new ESLint({ cwd: root, ruleFilter: ({ ruleId }) => ruleId === 'vue/no-v-html' })
  const lint = async (template: string): Promise<(string | null)[]> => {
    const [result] = await eslint.lintText(`<script setup lang="ts">\ndefineProps<{ text: string }>()\n</script>\n\n<template>\n  ${template}\n</template>\n`, { filePath: join(root, 'src/renderer/src/components/LineList.vue') })
    return result?.messages.filter(({ severity }) => severity === 2).map(({ ruleId }) => ruleId) ?? ['not looked at']
  }
  expect(await lint('<p v-html="text" />')).toEqual(['vue/no-v-html'])
  expect(await lint('<p>{{ text }}</p>')).toEqual([])
}, 60_000)
