export const shells = ['sh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]

/** A line that sets a variable of the environment, whatever its value has in it. */
export const assignment: { [Name in Shell]: (name: string, value: string) => string } = {
  sh: (name, value) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  fish: (name, value) => `set -gx ${name} '${value.replace(/[\\']/g, '\\$&')}'`,
  // PowerShell takes typographic quotes for quotes too.
  powershell: (name, value) => `$env:${name} = '${value.replace(/['\u2018\u2019\u201A\u201B]/g, '$&$&')}'`,
}
