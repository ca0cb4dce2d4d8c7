import { bucketFaultTests } from './bucket-faults.ts'
import { startRadosgw } from './radosgw.ts'

bucketFaultTests(startRadosgw(), { multipart: true })
