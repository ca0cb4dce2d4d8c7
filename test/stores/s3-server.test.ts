import { bucketServerTests } from './bucket-server.ts'
import { startRadosgw } from './radosgw.ts'

bucketServerTests(startRadosgw())
