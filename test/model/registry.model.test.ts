import { randomHistories } from './random-histories.ts'

randomHistories('SQLite and files', Number(process.env.TEST_HISTORIES ?? 300))
