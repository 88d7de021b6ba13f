// The pages work without this file; it only makes them quicker. One module per habit.
import "./js/swapping.js";
import "./js/bulk.js";
import "./js/copying.js";
import "./js/focus.js";
import "./js/guard.js";
import "./js/menus.js";
import "./js/printing.js";
import "./js/shortcuts.js";
