import type { CommanderError } from 'commander'
import type { Words } from './words.ts'

/** One line for a wrong command line, from what commander says of it. */
export function misuse({ code, message }: CommanderError, say: Words): string {
  const [name = '', value = ''] = [...message.matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '')
  const near = /\(Did you mean (?:one of )?(.+)\?\)/.exec(message)?.[1]
  const suggestion = near ? say('misuse.near', { near }) : say('misuse.far')
  switch (code) {
    case 'commander.unknownCommand':
      return say('misuse.command', { name }) + suggestion
    case 'commander.unknownOption':
      return say('misuse.option', { name }) + suggestion
    case 'commander.missingArgument':
      return say('misuse.argument', { name })
    case 'commander.optionMissingArgument':
      return say('misuse.value', { name })
    case 'commander.missingMandatoryOptionValue':
      return say('misuse.mandatory', { name })
    case 'commander.excessArguments':
      return say('misuse.excess')
    case 'commander.invalidArgument':
      // error: option '--flag <value>' argument 'text' is invalid. What is allowed.
      // error: command-argument value 'text' is invalid for argument 'name'. What is allowed.
      return say('misuse.invalid', {
        ...(message.includes('command-argument') ? { name: value, value: name } : { name, value }),
        allowed: message.replace(/^.*is invalid(?: for argument '[^']*')?\.\s*(?:Allowed choices are )?/s, '').replace(/\.$/, ''),
      })
    default:
      return message.replace(/^error: /, '').replaceAll('\n', ' ')
  }
}
