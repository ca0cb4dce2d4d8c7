import { bucketServerTests } from './bucket-server.ts'
import { startAzurite } from './azurite.ts'

bucketServerTests(startAzurite())
