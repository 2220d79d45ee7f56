/** What the knobs of Root, Read and Write are, and those that all nodes have. For hover and completion. */

export interface KnobFact {
  /** What it is, in a sentence. */
  readonly about: string;
  /** What may be chosen, where that is a fixed list. */
  readonly values?: readonly string[];
}

type KnobFacts = Readonly<Record<string, KnobFact>>;

const flag = (about: string): KnobFact => ({ about, values: ["true", "false"] });
const choice = (about: string, values: readonly string[]): KnobFact => ({ about, values });
const plain = (about: string): KnobFact => ({ about });

/** Nuke's own color management; with OCIO the configuration names others. */
const colorspaces = [
  "linear",
  "sRGB",
  "rec709",
  "Cineon",
  "Gamma1.8",
  "Gamma2.2",
  "Gamma2.4",
  "Panalog",
  "REDLog",
  "ViperLog",
  "AlexaV3LogC",
  "PLogLin",
  "SLog",
  "SLog1",
  "SLog2",
  "SLog3",
  "CLog",
  "Log3G10",
  "Log3G12",
  "HybridLogGamma",
  "Protune",
  "BT1886",
  "st2084",
];

const common: KnobFacts = {
  name: plain("The node's name, unique in its group."),
  inputs: plain("How many inputs are connected; `2+1` means two and a mask."),
  label: plain("Text shown on the node. HTML and Tcl in brackets are allowed."),
  disable: flag("The node passes its first input through."),
  xpos: plain("Horizontal place in the node graph."),
  ypos: plain("Vertical place in the node graph."),
  selected: flag("Whether the node was selected when the script was saved."),
  tile_color: plain("Color of the node in the graph, `0xRRGGBBAA`."),
  gl_color: plain("Color of the node's handles in the viewer."),
  note_font: plain("Font of the node's text in the graph."),
  note_font_size: plain("Size of the node's text in the graph."),
  note_font_color: plain("Color of the node's text in the graph."),
  hide_input: flag("Input arrows are not drawn."),
  postage_stamp: flag("A small picture is drawn on the node."),
  cached: flag("Results are kept in the cache."),
  dope_sheet: flag("The node shows in the dope sheet."),
  bookmark: flag("The node is a bookmark of the graph."),
  help: plain("Text of the node's help button."),
  autolabel: plain("Python that makes the text shown on the node."),
  onCreate: plain("Python that runs when the node is created, also when the script is opened."),
  onDestroy: plain("Python that runs when the node is deleted."),
  knobChanged: plain("Python that runs when a knob of the node changes."),
  updateUI: plain("Python that runs when the interface is brought up to date."),
  lifetimeStart: plain("First frame the node works on, with `useLifetime`."),
  lifetimeEnd: plain("Last frame the node works on, with `useLifetime`."),
  useLifetime: flag("The node works only within its lifetime."),
  addUserKnob: plain("Adds a knob: its type's number, its name, then label and flags."),
  channels: plain("Channels the node works on."),
  maskChannelInput: plain("Channel of the mask input."),
  mix: plain("How much of the result is mixed in, 0 to 1."),
};

const compressions = [
  "none",
  "Zip (1 scanline)",
  "Zip (16 scanlines)",
  "PIZ Wavelet (32 scanlines)",
  "RLE",
  "B44",
  "B44A",
  "DWAA",
  "DWAB",
];

const write: KnobFacts = {
  file: plain("The files to write. `%04d` or `####` stands for the frame, `%V` for the view."),
  proxy: plain("The files to write in proxy mode."),
  file_type: choice("The format of the files; without it, that of the extension.", [
    "exr",
    "dpx",
    "jpeg",
    "png",
    "tiff",
    "mov",
    "mxf",
    "cin",
    "hdr",
    "pic",
    "sgi",
    "targa",
    "xpm",
    "yuv",
  ]),
  channels: choice("Channels that are written.", ["rgb", "rgba", "alpha", "all", "depth"]),
  colorspace: choice("What pixels are converted to when they are written.", colorspaces),
  raw: flag("Pixels are written as they are, without conversion."),
  premultiplied: flag("Pixels are divided by alpha for the conversion, and multiplied again."),
  views: plain("Views that are written."),
  use_limit: flag("Only frames from `first` to `last` are written."),
  first: plain("First frame to write, with `use_limit`."),
  last: plain("Last frame to write, with `use_limit`."),
  frame_mode: choice("How frames are renumbered, with `frame`.", ["expression", "start at", "offset"]),
  frame: plain("The expression, first frame or offset of `frame_mode`."),
  render_order: plain("Writes with a lower number are rendered before those with a higher one."),
  reading: flag("Files that were written are read instead of the input."),
  checkHashOnRead: flag("When reading, files made from another input are an error."),
  read_all_lines: flag("When reading, whole frames are read at once."),
  on_error: choice("When reading, what stands in for a missing frame.", [
    "error",
    "black",
    "checkerboard",
    "nearest frame",
  ]),
  create_directories: flag("Missing folders are made."),
  datatype: choice("Size of a pixel's values.", [
    "8 bit",
    "10 bit",
    "12 bit",
    "16 bit",
    "16 bit half",
    "32 bit float",
  ]),
  compression: choice("How the file is compressed.", compressions),
  autocrop: flag("Only the part that is not black is written."),
  metadata: choice("Which metadata an EXR file gets.", [
    "no metadata",
    "default metadata",
    "default metadata and exr/*",
    "all metadata except input/*",
    "all metadata",
  ]),
  write_ACES_compliant_EXR: flag("The EXR file follows the ACES container rules."),
  write_full_layer_names: flag("Channels of an EXR file keep their full layer names."),
  interleave: choice("What shares a part of an EXR file.", [
    "channels, layers and views",
    "channels and layers",
    "channels",
  ]),
  first_part: plain("The layer that is the first part of an EXR file."),
  _jpeg_quality: plain("Quality of JPEG files, 0 to 1."),
  ocioColorspace: plain("The OCIO color space that is written."),
  display: plain("The OCIO display, when a display transform is applied."),
  view: plain("The OCIO view, when a display transform is applied."),
  beforeRender: plain("Python that runs before the render."),
  beforeFrameRender: plain("Python that runs before each frame."),
  afterFrameRender: plain("Python that runs after each frame."),
  afterRender: plain("Python that runs after the render."),
  renderProgress: plain("Python that runs while the render goes on."),
  mov64_codec: plain("Codec of a movie."),
  mov64_fps: plain("Frames per second of a movie."),
};

const beyond = ["hold", "loop", "bounce", "black"];

const read: KnobFacts = {
  file: plain("The files to read. `%04d` or `####` stands for the frame, `%V` for the view."),
  proxy: plain("The files to read in proxy mode."),
  file_type: choice("The format of the files; without it, that of their content.", [
    "exr",
    "dpx",
    "jpeg",
    "png",
    "tiff",
    "mov",
    "mxf",
    "cin",
    "hdr",
    "psd",
    "r3d",
    "sgi",
    "targa",
  ]),
  format: plain("Width, height, the picture's area, pixel aspect and the format's name."),
  proxy_format: plain("The format of the proxy files."),
  first: plain("First frame of the range."),
  last: plain("Last frame of the range."),
  before: choice("What frames before `first` show.", beyond),
  after: choice("What frames after `last` show.", beyond),
  frame_mode: choice("How frames are renumbered, with `frame`.", ["expression", "start at", "offset"]),
  frame: plain("The expression, first frame or offset of `frame_mode`."),
  origfirst: plain("First frame found on disk."),
  origlast: plain("Last frame found on disk."),
  origset: flag("`origfirst` and `origlast` have been set."),
  on_error: choice("What stands in for a frame that cannot be read.", [
    "error",
    "black",
    "checkerboard",
    "nearest frame",
  ]),
  reload: plain("Reads the files again."),
  colorspace: choice("What the files' pixels are converted from.", colorspaces),
  raw: flag("Pixels are read as they are, without conversion."),
  premultiplied: flag("Pixels are divided by alpha for the conversion, and multiplied again."),
  auto_alpha: flag("Pictures without alpha get one that is solid."),
  localizationPolicy: choice("Whether a copy of the files is kept on this machine.", [
    "on",
    "from auto-localize path",
    "on demand",
    "off",
  ]),
  cacheLocal: plain("Whether a copy of the files is kept on this machine (older scripts)."),
  noprefix: flag("Channels of an EXR file are read without the prefix of their part."),
};

const root: KnobFacts = {
  name: plain("Where the script was saved last."),
  project_directory: plain("The folder that relative file names are under."),
  frame: plain("The frame that was shown when the script was saved."),
  first_frame: plain("First frame of the script."),
  last_frame: plain("Last frame of the script."),
  lock_range: flag("The range is not changed by what is read."),
  fps: plain("Frames per second."),
  format: plain("Width, height, the picture's area, pixel aspect and the format's name."),
  proxy: flag("Proxy mode is on."),
  proxy_type: choice("What proxies are: smaller by a factor, or of a format.", ["scale", "format"]),
  proxy_format: plain("The format of proxies."),
  proxy_scale: plain("The factor of proxies."),
  proxySetting: plain("Where Writes and Reads use proxies."),
  views: plain("The script's views and their colors, one on each line."),
  colorManagement: choice("Which color management is used.", ["Nuke", "OCIO"]),
  OCIO_config: plain("The OCIO configuration."),
  customOCIOConfigPath: plain("The OCIO configuration's file, when `OCIO_config` is `custom`."),
  defaultViewerLUT: plain("Where the viewer's color conversions come from (older scripts)."),
  workingSpaceLUT: choice("Color space of pixels inside Nuke.", colorspaces),
  monitorLut: choice("Color space of the monitor.", colorspaces),
  monitorOutLUT: choice("Color space of the monitor output.", colorspaces),
  int8Lut: choice("Color space of files with 8 bits.", colorspaces),
  int16Lut: choice("Color space of files with 16 bits.", colorspaces),
  logLut: choice("Color space of log files.", colorspaces),
  floatLut: choice("Color space of files with floating-point values.", colorspaces),
  onScriptLoad: plain("Python that runs when the script has been opened."),
  onScriptSave: plain("Python that runs before the script is saved."),
  onScriptClose: plain("Python that runs before the script is closed."),
  free_type_font_path: plain("A folder with fonts."),
};

const classes: Readonly<Record<string, KnobFacts>> = {
  Root: root,
  Read: read,
  DeepRead: read,
  Write: write,
  DeepWrite: write,
};

/** What is known of a class's knob; undefined: nothing. */
export function knobFact(className: string, knob: string): KnobFact | undefined {
  const own = classes[className];
  if (own && Object.hasOwn(own, knob)) return own[knob];
  return Object.hasOwn(common, knob) ? common[knob] : undefined;
}

/** The knobs the table has for a class: its own, then those of all nodes. */
export function knobsOfClass(className: string): [string, KnobFact][] {
  const own = Object.hasOwn(classes, className) ? classes[className] : undefined;
  const general = className === "Root" ? [] : Object.entries(common);
  return [...Object.entries(own ?? {}), ...general.filter(([name]) => !own || !Object.hasOwn(own, name))];
}

/** Classes the table knows, for a line's start. */
export const tableClasses: readonly string[] = Object.keys(classes);
