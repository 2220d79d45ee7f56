# What real Tcl makes of .nk scripts: each file named on standard input is evaluated, commands Tcl does not know are recorded as nodes, and
# one JSON document a line is printed. `set`, `push`, `stack`, `clone` and `end_group` get the meaning Nuke gives them.

fconfigure stdout -encoding utf-8 -translation lf
fconfigure stdin -encoding utf-8

proc quoted {text} {
  set out {"}
  foreach character [split $text {}] {
    scan $character %c code
    if {$character eq "\""} { append out {\"}
    } elseif {$character eq "\\"} { append out {\\}
    } elseif {$code < 32} { append out [format {\u%04x} $code]
    } else { append out $character }
  }
  return "$out\""
}

# Knobs are read in an interpreter without any command, so that a knob named "format" is a knob.
set inner [interp create]
foreach name [$inner eval {info commands}] { if {$name ne "rename"} { $inner eval [list rename $name {}] } }
$inner eval {rename rename {}}
interp alias $inner unknown {} record

proc readKnobs {body} {
  set ::knobs [dict create]
  set ::userKnobs 0
  $::inner eval $body
  return $::knobs
}

proc record {name args} {
  if {$name eq "addUserKnob"} { incr ::userKnobs; return }
  # Not `expr`, which would make a number of 0x10.
  if {[llength $args] == 1} { dict set ::knobs $name [lindex $args 0] } else { dict set ::knobs $name $args }
}

proc countInputs {knobs} {
  if {![dict exists $knobs inputs]} { return 1 }
  set sum 0
  foreach part [split [dict get $knobs inputs] +] { if {[scan $part %d number] == 1} { incr sum $number } }
  return $sum
}

proc node {class cloned body} {
  set knobs [readKnobs $body]
  set name {}
  if {[dict exists $knobs name]} { set name [dict get $knobs name] }
  if {$class eq "Root"} { set ::root $knobs; return }
  set inputs {}
  if {$class ne "Preferences"} {
    for {set i [countInputs $knobs]} {$i > 0} {incr i -1} {
      lappend inputs [lindex $::stack end]
      set ::stack [lrange $::stack 0 end-1]
    }
  }
  set id n[llength $::nodes]
  lappend ::nodes [list $class $name [join [lsearch -all -inline -not -exact $::groups {}] .] $inputs $::userKnobs $knobs]
  if {$class eq "Preferences"} { return }
  lappend ::stack $id
  if {$class in {Group Gizmo}} {
    lappend ::outer $::stack
    lappend ::groups $name
    set ::stack {}
  }
  if {$class eq "LiveGroup" && [regexp -line {^end_group} $::text]} {
    lappend ::outer $::stack
    lappend ::groups $name
    set ::stack {}
  }
}

proc unknownCommand {class args} {
  if {[llength $args] != 1} { error "what is $class?" }
  node $class {} [lindex $args 0]
}

proc cloneCommand {args} {
  if {[llength $args] == 2} {
    set which [lindex $args 0]
    set class clone
    if {$which ne ""} { set class [lindex [lindex $::nodes [string range $which 1 end]] 0] }
    node $class $which [lindex $args 1]
  } else {
    node [lindex $args 1] {} [lindex $args 2]
  }
}

proc pushCommand {what} {
  if {$what eq "0"} { set what {} }
  lappend ::stack $what
}
proc stackCommand {depth} { lindex $::stack end-$depth }
proc endGroup {args} {
  if {[llength $::outer] == 0} { return }
  set ::stack [lindex $::outer end]
  set ::outer [lrange $::outer 0 end-1]
  set ::groups [lrange $::groups 0 end-1]
}
proc versionCommand {args} { set ::version [join $args " "] }
proc nothing {args} {}

proc readScript {path} {
  foreach name {nodes stack outer groups} { set ::$name {} }
  set ::root [dict create]
  set ::version {}
  set channel [open $path]
  set ::text [read $channel]
  close $channel
  set ::text [string trimleft $::text \uFEFF]
  set outer [interp create]
  foreach {name command} {
    unknown unknownCommand clone cloneCommand push pushCommand stack stackCommand end_group endGroup version versionCommand
    add_layer nothing define_window_layout nothing define_window_layout_xml nothing
    restore_window_layout_from_script nothing
  } { interp alias $outer $name {} $command }
  $outer eval {set cut_paste_input {}}
  set failed [catch {$outer eval $::text} message]
  interp delete $outer
  # Asked for nothing but to evaluate: what a benchmark compares with.
  if {$::argv eq "evaluate"} { return [llength $::nodes] }
  if {$failed} { return "{\"script\":[quoted $path],\"error\":[quoted $message]}" }
  set list {}
  foreach node $::nodes {
    lassign $node class name parent inputs userKnobs knobs
    set in {}
    foreach input $inputs { if {$input eq ""} { lappend in null } else { lappend in [quoted [lindex [lindex $::nodes [string range $input 1 end]] 1]] } }
    lappend list "{\"class\":[quoted $class],\"name\":[quoted $name],\"parent\":[quoted $parent],\"inputs\":\[[join $in ,]\],\"userKnobs\":$userKnobs,\"knobs\":[object $knobs]}"
  }
  return "{\"script\":[quoted $path],\"version\":[quoted $::version],\"root\":[object $::root],\"nodes\":\[[join $list ,]\]}"
}

proc object {knobs} {
  set list {}
  dict for {name value} $knobs { lappend list "[quoted $name]:[quoted $value]" }
  return "{[join $list ,]}"
}

while {[gets stdin path] >= 0} { puts [readScript $path] }
