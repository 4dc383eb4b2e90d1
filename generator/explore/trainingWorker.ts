import { answerJobs } from '../pool/answer.js';
import { estimateTraining, type TrainingEstimate, type TrainingJob } from './trainingJob.js';

answerJobs<TrainingJob, TrainingEstimate>('model', estimateTraining);
