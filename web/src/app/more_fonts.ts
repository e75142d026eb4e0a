/** The letters beyond Latin, which most pages never need and whose ranges are long to say. */
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/geist-mono/wght.css";
