import { bucketClusterTests } from './bucket-cluster.ts'
import { startAzurite } from './azurite.ts'

bucketClusterTests(startAzurite())
