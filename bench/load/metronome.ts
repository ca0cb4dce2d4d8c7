// A worker thread that ticks finer than Node's timers can (1 ms): it sleeps on a word nobody wakes.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'

const port = parentPort as MessagePort
const { milliseconds } = workerData as { milliseconds: number }
const word = new Int32Array(new SharedArrayBuffer(4))
for (;;) {
  Atomics.wait(word, 0, 0, milliseconds)
  port.postMessage({})
}
