import { useState } from "react";
import { createRoot } from "react-dom/client";

function Hello() {
  const [pressed, press] = useState(0);
  return (
    <main>
      <h1>Your health record, held by you</h1>
      <p>Bring in what your surgery, hospital or phone gives you. Tessera puts it together and keeps it on this device.</p>
      <button onClick={() => press(pressed + 1)}>Start my record {pressed}</button>
    </main>
  );
}

createRoot(document.getElementById("root")).render(<Hello />);
