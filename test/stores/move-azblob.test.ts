// A registry moves to PostgreSQL and a container of Azure Blob Storage, and back.
import { startAzurite } from './azurite.ts'
import { moveWorld } from './move-world.ts'
import { thereAndBack } from './there-and-back.ts'

thereAndBack(moveWorld(startAzurite()))
