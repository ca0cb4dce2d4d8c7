import { collectionTests } from './collection.ts'

collectionTests('SQLite and files')
