import { type Command, Option } from 'commander'
import type { Cli } from './command.ts'
import type { SettingFlag } from './host.ts'
import { cliCatalogues } from '#words/cli.ts'
import type { Key } from './words.ts'

/** Makes every setting, or only these, an option, under a heading of their own; returns their names. */
export function addSettingOptions(command: Command, { host, say }: Cli, only?: readonly string[]): string[] {
  const settings = host.settings.filter(({ name }) => name !== 'dataDir' && (!only || only.includes(name)))
  for (const setting of settings) {
    const option = new Option(`${setting.flag} <value>`, `${explanation(setting, say)} (${setting.variable}, ${setting.fallback || '""'})`)
    command.addOption(setting.isHidden ? option.hideHelp() : option.helpGroup(say('heading.settings')))
  }
  return settings.map((each) => each.name)
}

const explanation = ({ name }: SettingFlag, say: (key: Key) => string): string => {
  const key = `setting.${name}`
  return Object.hasOwn(cliCatalogues.en, key) ? say(key as Key) : name
}
