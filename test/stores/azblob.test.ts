import { startAzurite } from './azurite.ts'
import { bucketContract } from './bucket-contract.ts'

bucketContract('azblob', startAzurite())
