#!/usr/bin/env node
// What `npx larder` runs. It is no part of the build: npm makes no link to a file that is missing,
// and does not look again later. In a clone it sets up what is missing first.
import { existsSync } from 'node:fs'

const inClone = new URL('../scripts/larder.mjs', import.meta.url)
await import(existsSync(inClone) ? inClone.href : '../out/main/headless.js')
