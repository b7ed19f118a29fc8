import { namesOf } from '@shared/rows'
import { defineCommand } from '../command'
import { completionScripts } from '../completion-scripts'
import { usageFailure } from '../failure'

const shells = namesOf(completionScripts)

export const completion = defineCommand({
  name: 'completion',
  summary: 'Print a script that completes command lines of larder in your shell.',
  details: [
    'It completes commands, flags, their values, and the names of what the running server has. For each Tab it asks larder itself, so that it '
    + 'never grows old.',
    'bash: put eval "$(larder completion bash)" into ~/.bashrc. zsh: the same with zsh into ~/.zshrc, behind compinit. '
    + 'fish: put larder completion fish | source into ~/.config/fish/config.fish.',
  ],
  arguments: [{ name: 'shell', meaning: shells.join(', '), completes: shells }],
  examples: ['larder completion bash', 'larder completion zsh > ~/.zfunc/_larder'],
  async run({ words: [shell = ''] }, { output }) {
    const script = Object.hasOwn(completionScripts, shell) ? completionScripts[shell] : undefined
    if (script === undefined)
      throw usageFailure(`completion ${shell}: must be one of ${shells.join(', ')}`)
    await output.text(script)
  },
})
