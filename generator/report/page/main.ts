import { startExplorer } from './explorer.js';
import { startHints } from './hints.js';
import { startSaving } from './saving.js';
import { startTheme } from './theme.js';

startTheme();
startExplorer();
startHints();
startSaving();
