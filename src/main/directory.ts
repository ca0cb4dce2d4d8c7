import { dataDirectory, type DataDirectory } from '#adapters/fs/data-directory.ts'
import type { Config } from './settings.ts'

/** The data folder of the configuration. Servers of one database share its key, which then lies where they all find it. */
export function directoryOf({ dataDir, secretKeyFile }: Pick<Config, 'dataDir' | 'secretKeyFile'>): DataDirectory {
  const directory = dataDirectory(dataDir)
  return secretKeyFile === '' ? directory : { ...directory, secretKey: secretKeyFile }
}
