import { startExplorer } from './explorer.js';
import { startHints } from './hints.js';
import { startTheme } from './theme.js';

startTheme();
startExplorer();
startHints();
