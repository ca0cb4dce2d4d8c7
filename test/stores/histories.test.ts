import { randomHistories } from '../model/random-histories.ts'

// A minute of processor, of which test/model/registry.model.test.ts asks every developer for a fifth.
randomHistories('SQLite and files, five times as often', Number(process.env.TEST_HISTORIES ?? 300))
