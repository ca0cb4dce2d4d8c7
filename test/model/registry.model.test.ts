import { randomHistories } from './random-histories.ts'

// Five times as many run with the stores (test/stores/histories.test.ts).
randomHistories('SQLite and files', Number(process.env.TEST_HISTORIES ?? 60))
