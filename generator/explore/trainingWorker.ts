import { answerJobs } from '../run/workers.js';
import { estimateTraining, type TrainingEstimate, type TrainingJob } from './trainingJob.js';

answerJobs<TrainingJob, TrainingEstimate>('model', estimateTraining);
