import { bucketClusterTests } from './bucket-cluster.ts'
import { startRadosgw } from './radosgw.ts'

bucketClusterTests(startRadosgw())
