# Answers each line of standard input (base64 of UTF-8) with a line of JSON. `list`: the words between NULs, as Tcl prints them as one
# list. `knobs`: what Tcl makes of the text as a body of knobs, or null where it refuses it.
fconfigure stdin -encoding utf-8
fconfigure stdout -encoding utf-8

proc json {text} {
  set out {}
  foreach character [split $text {}] {
    scan $character %c code
    append out [format {\u%04x} $code]
  }
  return "\"$out\""
}

set inner [interp create]
foreach name [$inner eval {info commands}] { if {$name ne "rename"} { $inner eval [list rename $name {}] } }
$inner eval {rename rename {}}
interp alias $inner unknown {} record
proc record {name args} {
  if {[llength $args] == 1} { dict set ::knobs $name [lindex $args 0] } else { dict set ::knobs $name $args }
}

set what [lindex $argv 0]
while {[gets stdin line] >= 0} {
  set text [encoding convertfrom utf-8 [binary decode base64 $line]]
  if {$what eq "list"} {
    puts [json [list {*}[split $text \0]]]
    continue
  }
  set knobs [dict create]
  if {![info complete $text] || [catch {$inner eval $text}]} { puts null; continue }
  set pairs {}
  dict for {name value} $knobs { lappend pairs "[json $name],[json $value]" }
  puts "\[[join $pairs ,]\]"
}
