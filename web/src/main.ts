import "./page.css";
import { followLinks } from "./logic/router";
import "./views/page";

followLinks(document);
// A file of an older page is gone once a newer one is deployed.
addEventListener("vite:preloadError", () => location.reload());
