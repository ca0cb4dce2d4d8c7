import { bucketContract } from './bucket-contract.ts'
import { startRadosgw } from './radosgw.ts'

bucketContract('s3', startRadosgw())
