import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { nodeModulesOf } from '../../tools/install-clients.ts'
import { freePort } from '../world/free-port.ts'
import { answers, endStoreWithUs, type ObjectStoreServer } from './object-store.ts'

export const account = 'images'

/** Microsoft's own emulator of blob storage, with what it keeps in memory. @param more arguments of its command line */
export async function startAzurite(more: readonly string[] = []): Promise<ObjectStoreServer> {
  const program = join(nodeModulesOf('azurite'), 'azurite', 'dist', 'src', 'blob', 'main.js')
  if (!existsSync(program)) throw new Error('Azurite is not installed: npm run test:stores installs it')
  const [folder, port, key] = [mkdtempSync(join(tmpdir(), 'longshore-azurite-')), await freePort(), randomBytes(64).toString('base64')]
  const listen = ['--blobHost', '127.0.0.1', '--blobPort', String(port), '--inMemoryPersistence']
  const quiet = ['--silent', '--skipApiVersionCheck', '--disableTelemetry']
  const child = spawn(process.execPath, [program, ...listen, ...quiet, ...more], {
    cwd: folder,
    stdio: 'ignore',
    env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${key}` },
  })
  const watcher = endStoreWithUs(child.pid === undefined ? [] : [child.pid], folder)
  const stop = () => {
    watcher.forget()
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  const endpoint = `${more.includes('--cert') ? 'https' : 'http'}://127.0.0.1:${port}`
  try {
    await answers(endpoint)
  } catch (error) {
    stop()
    throw error
  }
  const service = new BlobServiceClient(`${endpoint}/${account}`, new StorageSharedKeyCredential(account, key))
  return {
    kind: 'azblob',
    endpoint,
    environment: { AZURE_STORAGE_KEY: key },
    secret: key,
    url: (container, { prefix = '', endpoint: other = endpoint } = {}) => `azblob://${account}/${container}/${prefix}?endpoint=${other}`,
    make: async () => {
      const container = `c${randomUUID()}`
      await service.createContainer(container)
      return container
    },
    keys: async (container) => {
      const found = await Array.fromAsync(service.getContainerClient(container).listBlobsFlat())
      return found.map(({ name }) => name)
    },
    change: async (container, name, change) => {
      const blob = service.getContainerClient(container).getBlockBlobClient(name)
      const bytes = change(await blob.downloadToBuffer())
      await blob.upload(Buffer.from(bytes), bytes.length)
    },
    stop,
  }
}

if (import.meta.main) {
  const { endpoint, environment, make, url, stop } = await startAzurite()
  console.log(JSON.stringify({ endpoint, ...environment, LONGSHORE_BLOBS: url(await make()) }))
  process.once('SIGTERM', () => {
    stop()
    process.exit()
  })
}
