import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { directoryOf } from './directory.ts'
import { openSecretBox } from '#adapters/system/secret-box.ts'
import { LineBuffer } from '#adapters/telemetry/line-buffer.ts'
import { RequestFigures } from '#adapters/telemetry/request-figures.ts'
import { openThreadTelemetry } from '#adapters/telemetry/telemetry.ts'
import { WriteTurn } from '#adapters/telemetry/write-turn.ts'
import type { Pair, PairSource } from '#adapters/x509/listener-certificates.ts'
import { rememberedByOneProcess } from '#app/distribution/unleased-answers.ts'
import { FailedLogins, RateLimits } from '#app/tokens/rate-limits.ts'
import { depsOf } from './deps-of.ts'
import { openSharedFacts } from './facts.ts'
import { openSharedBlobs } from './open-blobs.ts'
import { originsOf } from './origins.ts'
import { logDescriptor, seatAt } from './server-memory.ts'
import { openServing } from './serving.ts'
import { deserializeConfig, type ServingWorkerData, type MainSide, type ServingSide } from './serving-messages.ts'
import { ThreadLine } from './thread-line.ts'

/** One of several threads that serve: its own connection to read by and what it keeps of it, over the one writer. */
const data = workerData as ServingWorkerData
const { budget, memory, column, program, listen, isOpen } = data
const config = deserializeConfig(data.config)
const port = parentPort as MessagePort
const seat = seatAt(memory, column)

const main: ThreadLine<MainSide, ServingSide> = new ThreadLine(port, {
  open: (addresses) => serving.open(originsOf(config, addresses)),
  pair: (pair) => pairs?.replace(pair),
  close: async (grace) => {
    await serving.close(grace)
    await lines.close()
    await deps.store.close()
    await deps.blobs.close()
    port.close()
  },
})
const lines = new LineBuffer(logDescriptor, new WriteTurn(memory.log, column))
const figures = new RequestFigures(memory.figures, column)
const telemetry = openThreadTelemetry({ level: config.logLevel, destination: lines, figures })
const pairs = data.tls && passedPairs(data.tls.pair)
const { store, clock } = await openSharedFacts(data.facts)
const deps = depsOf(config, {
  store,
  clock,
  blobs: await openSharedBlobs(config, data.blobs),
  secrets: openSecretBox(directoryOf(config).secretKey),
  hasher: { hash: (...input) => main.ask('hash', ...input), verify: (...input) => main.ask('verify', ...input) },
  unleased: rememberedByOneProcess(clock, config.gcLease, memory.unleased),
  failedLogins: new FailedLogins(clock, { seat, memory: memory.logins }),
  rateLimits: new RateLimits(clock, memory.rates),
})
const serving = await openServing({
  config,
  program,
  deps,
  budget,
  memory,
  seat,
  room: (registryId, bytes) => main.ask('room', registryId, bytes),
  telemetry,
  listen,
  origins: isOpen ? originsOf(config, listen) : undefined,
  tls: pairs && data.tls && { pairs, ticketKeys: Buffer.from(data.tls.ticketKeys) },
})
main.tell('listening', serving.addresses)

/** What the main thread has, as it tells of it. */
function passedPairs(first: Pair): PairSource & { replace(pair: Pair): void } {
  let current = first
  const listeners: (() => void)[] = []
  return {
    current: () => current,
    leaf: (name) => main.ask('leaf', name),
    onChange: (listener) => void listeners.push(listener),
    replace(pair) {
      current = pair
      for (const listener of listeners) listener()
    },
  }
}
