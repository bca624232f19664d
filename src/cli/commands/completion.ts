import { nearest } from '../../base/nearest.ts'
import { type Command, reportProblems } from '../cli-context.ts'
import { type Commands, completionScripts } from '../completion-scripts.ts'

const HELP = `sidelight completion bash|zsh|fish

Prints what makes a shell complete commands and flags:
  bash  source <(sidelight completion bash)            in ~/.bashrc
  zsh   source <(sidelight completion zsh)             in ~/.zshrc, behind compinit
  fish  sidelight completion fish | source             in ~/.config/fish/config.fish
`

export const createCompletion =
  (commands: Commands): Command =>
  async (argv, context) => {
    const [shell = ''] = argv
    if (shell === '--help' || shell === '-h') {
      context.out(HELP.trimEnd())
      return 0
    }
    const script = Object.hasOwn(completionScripts, shell) ? completionScripts[shell] : undefined
    if (script !== undefined) {
      context.out(script(commands))
      return 0
    }
    const known = Object.keys(completionScripts)
    const meant = nearest(shell, known)
    const message = meant === undefined ? `there are ${known.join(', ')}` : `did you mean ${meant}?`
    return reportProblems(context, [
      { path: 'completion', code: 'NO_SUCH_SHELL', message, seen: shell },
    ])
  }
