import { uploadTests } from './uploads.ts'

uploadTests('SQLite and files')
