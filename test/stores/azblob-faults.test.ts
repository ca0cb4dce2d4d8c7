import { bucketFaultTests } from './bucket-faults.ts'
import { startAzurite } from './azurite.ts'

bucketFaultTests(startAzurite(), { multipart: false })
