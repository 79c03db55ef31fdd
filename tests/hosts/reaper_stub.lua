-- A stand-in for REAPER: a project in memory, behind the functions that hosts/reaper/armusic.lua calls.
-- Usage: lua5.4 reaper_stub.lua SCRIPT SCENARIO; prints what became of the project as JSON.

-- Their signatures, as REAPER's documentation of ReaScript has them (Actions > ReaScript documentation).
local SIGNATURES = [[
integer CountSelectedMediaItems(ReaProject proj)
MediaItem GetSelectedMediaItem(ReaProject proj, integer selitem)
MediaItem_Take GetActiveTake(MediaItem item)
boolean TakeIsMIDI(MediaItem_Take take)
integer MIDI_CountEvts(MediaItem_Take take)
boolean MIDI_GetNote(MediaItem_Take take, integer noteidx)
number MIDI_GetProjQNFromPPQPos(MediaItem_Take take, number ppqpos)
number MIDI_GetPPQPosFromProjQN(MediaItem_Take take, number projqn)
boolean MIDI_InsertNote(MediaItem_Take take, boolean selected, boolean muted, number startppqpos, number endppqpos, integer chan, integer pitch, integer vel, optional boolean noSortIn)
void MIDI_Sort(MediaItem_Take take)
number GetMediaItemInfo_Value(MediaItem item, string parmname)
number TimeMap2_timeToQN(ReaProject proj, number tpos)
number TimeMap2_QNToTime(ReaProject proj, number qn)
integer TimeMap_QNToMeasures(ReaProject proj, number qn)
integer TimeMap_GetTimeSigAtTime(ReaProject proj, number time)
MediaTrack GetMediaItem_Track(MediaItem item)
integer CountTracks(ReaProject proj)
MediaTrack GetTrack(ReaProject proj, integer trackidx)
number GetMediaTrackInfo_Value(MediaTrack tr, string parmname)
integer CountTrackMediaItems(MediaTrack track)
MediaItem GetTrackMediaItem(MediaTrack tr, integer itemidx)
boolean GetSetMediaTrackInfo_String(MediaTrack tr, string parmname, string stringNeedBig, boolean setNewValue)
boolean GetSetMediaItemTakeInfo_String(MediaItem_Take tk, string parmname, string stringNeedBig, boolean setNewValue)
MediaItem CreateNewMIDIItemInProj(MediaTrack track, number starttime, number endtime, optional boolean qnIn)
void SetMediaItemSelected(MediaItem item, boolean selected)
integer CountTakes(MediaItem item)
MediaItem_Take GetTake(MediaItem item, integer takeidx)
void SetActiveTake(MediaItem_Take take)
void Main_OnCommand(integer command, integer flag)
void Undo_BeginBlock2(ReaProject proj)
void Undo_EndBlock2(ReaProject proj, string descchange, integer extraflags)
void PreventUIRefresh(integer prevent_count)
void UpdateArrange()
string ExecProcess(string cmdline, integer timeoutmsec)
string GetResourcePath()
string GetOS()
string GetExtState(string section, string key)
integer ShowMessageBox(string msg, string title, integer type)
number time_precise()
boolean defer(function func)
]]

local PPQ, IMPLODE = 960, 40543

local script, scenario = arg[1], arg[2]
reaper = { armusic_test = true }
gfx = { mouse_x = 0, mouse_y = 0, mouse_cap = 0, w = 420, h = 280 }
local module = dofile(script)
local json = module.json
local handle = assert(io.open(scenario, "rb"))
local world = json.decode(handle:read("a"))
handle:close()

local log = { messages = {}, commands = {}, requests = {}, undo = {}, used = {}, clock = 0, open = 0, refresh = 0 }

-- The project of the scenario: 120 quarter notes a minute; measures in the metres that it lists.
local tracks = {}
for t, track in ipairs(world.tracks) do
  tracks[t] = { type = "MediaTrack", name = track.name or "", mute = track.mute and 1 or 0, items = {} }
  for i, item in ipairs(track.items) do
    local new = { type = "MediaItem", track = tracks[t], from = item.from, to = item.to, selected = item.selected or false, takes = {}, active = 1 }
    new.takes[1] = { type = "MediaItem_Take", item = new, midi = item.midi ~= false, name = item.name or "", notes = {} }
    for n, note in ipairs(item.notes or {}) do
      new.takes[1].notes[n] = { start = note.start, stop = note.start + note.duration, pitch = note.pitch, vel = note.velocity, chan = note.channel or 0, muted = note.muted or false }
    end
    tracks[t].items[i] = new
  end
end

local function selected()
  local result = {}
  for _, track in ipairs(tracks) do
    for _, item in ipairs(track.items) do if item.selected then result[#result + 1] = item end end
  end
  return result
end

-- Changes of the project belong in an undo block.
local function change() assert(log.open == 1, "a change outside of an undo block") end

local function measure_at(qn)
  local start, number = 0, 0
  local metre = world.metres[1]
  while true do
    for _, each in ipairs(world.metres) do if each.measure <= number then metre = each end end
    local length = 4 * metre.numerator / metre.denominator
    if qn < start + length then return number, start, start + length, metre end
    start, number = start + length, number + 1
  end
end

local api = {
  CountSelectedMediaItems = function() return #selected() end,
  GetSelectedMediaItem = function(_, index) return selected()[index + 1] end,
  GetActiveTake = function(item) return item.takes[item.active] end,
  TakeIsMIDI = function(take) return take.midi end,
  MIDI_CountEvts = function(take) return 1, #take.notes, 0, 0 end,
  MIDI_GetNote = function(take, index)
    local note = take.notes[index + 1]
    return true, false, note.muted, note.start * PPQ, note.stop * PPQ, note.chan, note.pitch, note.vel
  end,
  MIDI_GetProjQNFromPPQPos = function(take, ppq) return take.item.from + ppq / PPQ end,
  MIDI_GetPPQPosFromProjQN = function(take, qn) return (qn - take.item.from) * PPQ end,
  MIDI_InsertNote = function(take, _, muted, start, stop, channel, pitch, velocity)
    change()
    take.notes[#take.notes + 1] = { start = start / PPQ, stop = stop / PPQ, pitch = pitch, vel = velocity, chan = channel, muted = muted }
    return true
  end,
  MIDI_Sort = function(take) table.sort(take.notes, function(a, b) return a.start < b.start end) end,
  GetMediaItemInfo_Value = function(item, name)
    local values = { D_POSITION = item.from / 2, D_LENGTH = (item.to - item.from) / 2, B_MUTE = 0 }
    return assert(values[name], name)
  end,
  TimeMap2_timeToQN = function(_, time) return time * 2 end,
  TimeMap2_QNToTime = function(_, qn) return qn / 2 end,
  TimeMap_QNToMeasures = function(_, qn)
    local number, start, stop = measure_at(qn)
    return number + 1, start, stop
  end,
  TimeMap_GetTimeSigAtTime = function(_, time)
    local _, _, _, metre = measure_at(time * 2)
    return metre.numerator, metre.denominator, 120.0
  end,
  GetMediaItem_Track = function(item) return item.track end,
  CountTracks = function() return #tracks end,
  GetTrack = function(_, index) return tracks[index + 1] end,
  GetMediaTrackInfo_Value = function(track, name)
    assert(name == "B_MUTE", name)
    return track.mute
  end,
  CountTrackMediaItems = function(track) return #track.items end,
  GetTrackMediaItem = function(track, index) return track.items[index + 1] end,
  GetSetMediaTrackInfo_String = function(track, name, _, set)
    assert(name == "P_NAME" and not set)
    return true, track.name
  end,
  GetSetMediaItemTakeInfo_String = function(take, name, text, set)
    assert(name == "P_NAME")
    if set then change() take.name = text end
    return true, take.name
  end,
  CreateNewMIDIItemInProj = function(track, from, to, quarters)
    change()
    assert(quarters == true)
    local item = { type = "MediaItem", track = track, from = from, to = to, selected = false, takes = {}, active = 1 }
    item.takes[1] = { type = "MediaItem_Take", item = item, midi = true, name = "", notes = {} }
    track.items[#track.items + 1] = item
    return item
  end,
  SetMediaItemSelected = function(item, on) item.selected = on end,
  CountTakes = function(item) return #item.takes end,
  GetTake = function(item, index) return item.takes[index + 1] end,
  SetActiveTake = function(take)
    for index, each in ipairs(take.item.takes) do if each == take then take.item.active = index end end
  end,
  Main_OnCommand = function(command)
    change()
    assert(command == IMPLODE, "a command that is not known here")
    local first, items = selected()[1], selected()
    for index = 2, #items do
      local item = items[index]
      assert(item.track == first.track and item.from == first.from and item.to == first.to)
      for _, take in ipairs(item.takes) do take.item = first first.takes[#first.takes + 1] = take end
      for place, each in ipairs(first.track.items) do if each == item then table.remove(first.track.items, place) break end end
    end
  end,
  Undo_BeginBlock2 = function() log.open = log.open + 1 end,
  Undo_EndBlock2 = function(_, name) log.open = log.open - 1 log.undo[#log.undo + 1] = name end,
  PreventUIRefresh = function(count) log.refresh = log.refresh + count end,
  UpdateArrange = function() end,
  ExecProcess = function(command)
    log.commands[#log.commands + 1] = command
    local file = command:match("@([^'\"]+)")
    if file then
      local request = assert(io.open(file, "rb"))
      log.requests[#log.requests + 1] = request:read("a")
      request:close()
    end
    local reply = table.remove(world.replies, 1)
    return reply ~= json.null and reply or nil
  end,
  GetResourcePath = function() return world.folder end,
  GetOS = function() return world.os or "Other" end,
  GetExtState = function() return "" end,
  ShowMessageBox = function(text) log.messages[#log.messages + 1] = text return 1 end,
  time_precise = function() log.clock = log.clock + 1 return log.clock end,
  defer = function() return true end,
}

local function fits(kind, value)
  if kind == "integer" then return math.tointeger(value) ~= nil
  elseif kind == "ReaProject" then return value == 0 or value == nil
  elseif kind == "number" or kind == "string" or kind == "boolean" or kind == "function" then return type(value) == kind
  end
  return type(value) == "table" and value.type == kind
end

for line in SIGNATURES:gmatch("[^\n]+") do
  local name, parameters = line:match("^%S+ ([%w_]+)%((.*)%)$")
  local kinds = {}
  for parameter in parameters:gmatch("[^,]+") do
    local plain, optional = parameter:gsub("^%s*optional ", "")
    kinds[#kinds + 1] = { kind = plain:match("(%S+) %S+$"), optional = optional == 1 }
  end
  local work = assert(api[name], name .. " is not played here")
  reaper[name] = function(...)
    local values = table.pack(...)
    assert(values.n <= #kinds, name .. ": too many arguments")
    for index, each in ipairs(kinds) do
      local left_out = each.optional and values[index] == nil
      assert(left_out or fits(each.kind, values[index]), ("%s: argument %d is no %s"):format(name, index, each.kind))
    end
    log.used[name] = true
    return work(...)
  end
end

-- What a user does: one click on the button, and as many turns of the loop as the scenario says.
for name, value in pairs(world.settings or {}) do module.settings[name] = value end
local colour, drawing = {}, {}
gfx.set = function(...) colour = { ... } end
gfx.rect = function(x, y, width, height) drawing[#drawing + 1] = { shape = "rect", x = x, y = y, width = width, height = height, colour = colour } end
gfx.drawstr = function(words) drawing[#drawing + 1] = { shape = "text", x = gfx.x, y = gfx.y, words = words, colour = colour } end
gfx.update, gfx.quit = function() end, function() end
gfx.getchar = function() return 0 end
if world.click ~= false then
  gfx.mouse_x, gfx.mouse_y, gfx.mouse_cap = 30, 240, 1
end
module.loop()
gfx.mouse_cap = 0
local picture = drawing
for _ = 1, world.turns or 0 do module.loop() end

assert(log.open == 0 and log.refresh == 0, "an undo block, or a stop of redrawing, is left open")
local result = { messages = log.messages, commands = log.commands, requests = log.requests, undo = log.undo, tracks = {}, used = {}, status = module.status(), drawing = picture }
for name in pairs(log.used) do result.used[#result.used + 1] = name end
table.sort(result.used)
for t, track in ipairs(tracks) do
  result.tracks[t] = { items = {} }
  for i, item in ipairs(track.items) do
    local takes = {}
    for k, take in ipairs(item.takes) do
      local notes = {}
      for n, note in ipairs(take.notes) do
        notes[n] = { start = note.start, duration = note.stop - note.start, pitch = note.pitch, velocity = note.vel, channel = note.chan }
      end
      takes[k] = { name = take.name, notes = notes }
    end
    result.tracks[t].items[i] = { from = item.from, to = item.to, takes = takes, active = item.active }
  end
end
print(json.encode(result))
