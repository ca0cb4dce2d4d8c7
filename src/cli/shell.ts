export const shells = ['sh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]

/** A line that sets a variable of the environment, whatever its value has in it. */
export const assignment: { [Name in Shell]: (name: string, value: string) => string } = {
  sh: (name, value) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  fish: (name, value) => `set -gx ${name} '${value.replace(/[\\']/g, '\\$&')}'`,
  // PowerShell takes typographic quotes for quotes too.
  powershell: (name, value) => `$env:${name} = '${value.replace(/['\u2018\u2019\u201A\u201B]/g, '$&$&')}'`,
}

/**
 * Lines that leave nobody on another cloud unawares: az fails under them until the variable is gone, and so does the shell's
 * `eval`.
 */
export const failure: { [Name in Shell]: string } = {
  sh: `${assignment.sh('ARM_CLOUD_METADATA_URL', 'https://longshore-env-failed.invalid')}\nfalse\n`,
  fish: `${assignment.fish('ARM_CLOUD_METADATA_URL', 'https://longshore-env-failed.invalid')}\nfalse\n`,
  powershell: `${assignment.powershell('ARM_CLOUD_METADATA_URL', 'https://longshore-env-failed.invalid')}\nthrow 'longshore env failed'\n`,
}

/** Of a command line that may be wrong in any way. */
export const shellIn = (words: readonly string[]): Shell =>
  shells.find((each) => words.includes(`--shell=${each}`) || words[words.indexOf('--shell') + 1] === each) ?? 'sh'
