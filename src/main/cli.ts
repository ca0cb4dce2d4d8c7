import { readConfig } from './config.ts'
import { serve } from './serve.ts'
const { config } = readConfig({}, process.env, undefined)
if (process.argv[2] === 'serve') {
  const started = await serve(config)
  console.log(JSON.stringify({ ...started, stop: undefined }))
  process.on('SIGTERM', () => void started.stop().then(() => process.exit(0)))
  process.on('SIGINT', () => void started.stop().then(() => process.exit(0)))
} else {
  const { openRegistry } = await import('./registry.ts')
  void openRegistry
}
