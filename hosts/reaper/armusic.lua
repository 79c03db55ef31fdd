-- @description armusic: variations of a MIDI item as takes
-- @author armusic contributors
-- @version 0.2.0
-- @about
--   Raises or lowers one musical attribute of the selected MIDI item and leaves the rest of it as it is.
--   The variations become takes of the item, in one undo step. Tempo, metre and what other tracks play at
--   that place go along. Needs armusic on this machine: pip install 'armusic[studio]'

local NAME = "armusic"
local API = 1 -- version of the notes API that this script speaks
local ADDRESS = "http://127.0.0.1:8766"
local IMPLODE = 40543 -- Take: Implode items on same track into takes
local DRUMS = 9 -- MIDI channel, from 0
local WAIT = 20 -- seconds for the server to start
local POLL = 0.5 -- seconds between two looks for it
local TIMEOUT = 30 -- seconds for an answer

local ATTRIBUTES = { "rhythm", "range", "density", "contour" }
local KEEPS = { "cadences", "downbeats", "subdivisions", "rhythm", "pitches" }

-- JSON: what a request and a reply need of it

local json = { null = setmetatable({}, { __tostring = function() return "null" end }) }

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local UNESCAPES = { n = "\n", r = "\r", t = "\t", b = "\b", f = "\f" }

function json.encode(value)
  local kind = type(value)
  if kind == "string" then
    return '"' .. value:gsub('[%c"\\]', function(char) return ESCAPES[char] or ("\\u%04x"):format(char:byte()) end) .. '"'
  elseif kind == "number" then
    assert(value == value and math.abs(value) < math.huge, "a number that is not finite")
    return math.type(value) == "integer" and tostring(value) or (("%.9g"):format(value):gsub(",", "."))
  elseif kind == "table" and value ~= json.null then
    local parts = {}
    if #value > 0 or next(value) == nil then
      for _, item in ipairs(value) do parts[#parts + 1] = json.encode(item) end
      return "[" .. table.concat(parts, ",") .. "]"
    end
    for key, item in pairs(value) do parts[#parts + 1] = json.encode(key) .. ":" .. json.encode(item) end
    table.sort(parts)
    return "{" .. table.concat(parts, ",") .. "}"
  end
  return tostring(value) -- true, false, null
end

function json.decode(text)
  local at = 1
  local read

  local function fail() error(("no JSON at character %d"):format(at), 0) end
  local function skip() at = text:find("%S", at) or #text + 1 end
  local function take(char)
    skip()
    if text:sub(at, at) ~= char then return false end
    at = at + 1
    return true
  end

  local function string_()
    local parts = {}
    while true do
      local from, to, char = text:find('(["\\])', at)
      if not from then fail() end
      parts[#parts + 1] = text:sub(at, from - 1)
      at = to + 1
      if char == '"' then return table.concat(parts) end
      local escape = text:sub(at, at)
      at = at + 1
      if escape == "u" then
        local code = tonumber(text:sub(at, at + 3), 16) or fail()
        at = at + 4
        local low = code >= 0xD800 and code < 0xDC00 and tonumber(text:match("^\\u(%x%x%x%x)", at) or "", 16)
        if low then code, at = 0x10000 + (code - 0xD800) * 0x400 + (low - 0xDC00), at + 6 end
        parts[#parts + 1] = utf8.char(code)
      else
        parts[#parts + 1] = UNESCAPES[escape] or escape
      end
    end
  end

  local function list(stop, item)
    local result = {}
    if take(stop) then return result end
    repeat item(result) until not take(",")
    if not take(stop) then fail() end
    return result
  end

  function read()
    if take("{") then
      return list("}", function(result)
        if not take('"') then fail() end
        local key = string_()
        if not take(":") then fail() end
        result[key] = read()
      end)
    elseif take("[") then
      return list("]", function(result) result[#result + 1] = read() end)
    elseif take('"') then
      return string_()
    end
    local word = text:match("^[%w%.%+%-]+", at) or fail()
    at = at + #word
    if word == "true" then return true elseif word == "false" then return false elseif word == "null" then return json.null end
    return tonumber(word) or fail()
  end

  local value = read()
  skip()
  if at <= #text then fail() end
  return value
end

-- The project: what is read from it

-- Raise an error that the user reads: one sentence, without the place in this file.
local function refuse(text) error({ text = text }, 0) end

-- Return the notes of a take between two quarter notes of the project, starts counted from the first.
local function notes_of(take, from, to)
  local notes = {}
  local _, count = reaper.MIDI_CountEvts(take)
  for index = 0, count - 1 do
    local _, _, muted, start, stop, channel, pitch, velocity = reaper.MIDI_GetNote(take, index)
    start, stop = reaper.MIDI_GetProjQNFromPPQPos(take, start), reaper.MIDI_GetProjQNFromPPQPos(take, stop)
    if not muted and start >= from - 1e-6 and start < to - 1e-6 and velocity > 0 then
      notes[#notes + 1] = {
        pitch = pitch, start = math.max(start - from, 0), duration = math.min(stop, to) - start, velocity = velocity,
        channel = channel,
      }
    end
  end
  return notes
end

-- Return notes without their channels, as a request has them.
local function plain(notes)
  local result = {}
  for index, note in ipairs(notes) do
    result[index] = { pitch = note.pitch, start = note.start, duration = note.duration, velocity = note.velocity }
  end
  return result
end

-- Return where an item lies, in quarter notes of the project.
local function extent(item)
  local start = reaper.GetMediaItemInfo_Value(item, "D_POSITION")
  local stop = start + reaper.GetMediaItemInfo_Value(item, "D_LENGTH")
  return reaper.TimeMap2_timeToQN(0, start), reaper.TimeMap2_timeToQN(0, stop)
end

-- Return the time signatures from one quarter note to another, and the first bar line from there on.
local function metres_of(from, to)
  local metres, last = {}, nil
  local _, start, stop = reaper.TimeMap_QNToMeasures(0, from + 1e-6)
  local bar = start > from - 1e-6 and 0 or stop - from
  while start < to - 1e-6 do
    local numerator, denominator = reaper.TimeMap_GetTimeSigAtTime(0, reaper.TimeMap2_QNToTime(0, start + 1e-6))
    local metre = ("%d/%d"):format(numerator, denominator)
    if metre ~= last then metres[#metres + 1] = { start = math.max(start - from, 0), metre = metre } end
    last = metre
    _, start, stop = reaper.TimeMap_QNToMeasures(0, stop + 1e-6)
  end
  return metres, bar
end

-- Return what other tracks play between two quarter notes: a part for each track with MIDI items there.
local function band_of(own, from, to)
  local parts = {}
  for number = 0, reaper.CountTracks(0) - 1 do
    local track = reaper.GetTrack(0, number)
    if track ~= own and reaper.GetMediaTrackInfo_Value(track, "B_MUTE") == 0 then
      local notes = {}
      for index = 0, reaper.CountTrackMediaItems(track) - 1 do
        local item = reaper.GetTrackMediaItem(track, index)
        local take = reaper.GetActiveTake(item)
        local start, stop = extent(item)
        if take and reaper.TakeIsMIDI(take) and start < to and stop > from
          and reaper.GetMediaItemInfo_Value(item, "B_MUTE") == 0 then
          for _, note in ipairs(notes_of(take, math.max(start, from), math.min(stop, to))) do
            note.start = note.start + math.max(start, from) - from
            notes[#notes + 1] = note
          end
        end
      end
      if #notes > 0 then
        local _, name = reaper.GetSetMediaTrackInfo_String(track, "P_NAME", "", false)
        parts[#parts + 1] = { name = name, notes = plain(notes), drums = notes[1].channel == DRUMS }
      end
    end
  end
  return parts
end

-- Return the selected item as a clip: what a request says of it, and what is needed to put takes there.
local function selected_clip()
  local count = reaper.CountSelectedMediaItems(0)
  if count ~= 1 then refuse(count == 0 and "No item is selected: select one MIDI item." or "Several items are selected: select one.") end
  local item = reaper.GetSelectedMediaItem(0, 0)
  local take = reaper.GetActiveTake(item)
  if not take or not reaper.TakeIsMIDI(take) then refuse("The selected item is not MIDI: select a MIDI item.") end
  local from, to = extent(item)
  local notes = notes_of(take, from, to)
  if #notes == 0 then refuse("The selected item has no notes in it.") end
  local _, name = reaper.GetSetMediaItemTakeInfo_String(take, "P_NAME", "", false)
  local track = reaper.GetMediaItem_Track(item)
  local metres, bar = metres_of(from, to)
  local _, _, tempo = reaper.TimeMap_GetTimeSigAtTime(0, reaper.TimeMap2_QNToTime(0, from + 1e-6))
  return {
    item = item, track = track, from = from, to = to, name = name, channel = notes[1].channel,
    count = #notes, metres = metres, bar = bar, notes = plain(notes), tempo = tempo,
  }
end

-- The server

-- Return a word for a command line.
local function quoted(word)
  if reaper.GetOS():match("^Win") then return '"' .. word:gsub('"', '') .. '"' end
  return "'" .. word:gsub("'", [['\'']]) .. "'"
end

local function address()
  local own = reaper.GetExtState(NAME, "address")
  return own ~= "" and own or ADDRESS
end

-- Run curl; return the HTTP status, 0 where nobody answers, and the body.
local function curl(path, body)
  local line = { "curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", tostring(TIMEOUT), "--write-out", "\n%{http_code}" }
  local file
  if body then
    file = reaper.GetResourcePath() .. "/armusic-request.json"
    local handle = io.open(file, "wb") or refuse("Cannot write " .. file .. ": free some space, or mend its permissions.")
    handle:write(body)
    handle:close()
    for _, word in ipairs { "--header", "Content-Type: application/json", "--data-binary", "@" .. file } do line[#line + 1] = word end
  end
  line[#line + 1] = address() .. path
  for index = 2, #line do line[index] = quoted(line[index]) end
  local output = reaper.ExecProcess(table.concat(line, " "), (TIMEOUT + 5) * 1000)
  if file then os.remove(file) end
  if not output then refuse("curl is missing, by which this script talks to armusic: install it.") end
  local content, status = output:match("^%-?%d+\r?\n(.*)\n(%d%d%d)%s*$")
  return tonumber(status) or 0, content or ""
end

-- Return the reply to a request, or refuse with what the server says.
local function ask(request)
  local status, content = curl("/api/notes", json.encode(request))
  local valid, reply = pcall(json.decode, content)
  if status == 404 then refuse("This armusic is too old for the script: pip install --upgrade 'armusic[studio]'") end
  if status ~= 200 then refuse(valid and reply.message and "armusic: " .. reply.message .. "." or "armusic does not answer.") end
  if not valid or reply.api ~= API then
    refuse("This armusic speaks another version than the script: update both (ReaPack, and pip install --upgrade).")
  end
  return reply
end

-- Return whether a server that speaks to this script is there.
local function is_up() return (curl("/api/health")) == 200 end

-- Takes

-- Put variations into the item as takes, in one undo step; the first of them becomes the active one.
local function add_takes(clip, answers)
  local before = reaper.CountTakes(clip.item)
  reaper.Undo_BeginBlock2(0)
  reaper.PreventUIRefresh(1)
  local items = {}
  for index, answer in ipairs(answers) do
    local item = reaper.CreateNewMIDIItemInProj(clip.track, clip.from, clip.to, true)
    local take = reaper.GetActiveTake(item)
    for _, note in ipairs(answer.notes) do
      local start = reaper.MIDI_GetPPQPosFromProjQN(take, clip.from + note.start)
      local stop = reaper.MIDI_GetPPQPosFromProjQN(take, clip.from + note.start + note.duration)
      reaper.MIDI_InsertNote(take, false, false, start, stop, clip.channel, note.pitch, note.velocity, true)
    end
    reaper.MIDI_Sort(take)
    reaper.GetSetMediaItemTakeInfo_String(take, "P_NAME", ("%s (%s)"):format(clip.name, answer.name), true)
    items[index] = item
  end
  reaper.SetMediaItemSelected(clip.item, true)
  for _, item in ipairs(items) do reaper.SetMediaItemSelected(item, true) end
  reaper.Main_OnCommand(IMPLODE, 0)
  local item = reaper.GetSelectedMediaItem(0, 0)
  local take = item and reaper.GetTake(item, before)
  if take then reaper.SetActiveTake(take) end
  reaper.PreventUIRefresh(-1)
  reaper.UpdateArrange()
  reaper.Undo_EndBlock2(0, "armusic: " .. answers[1].name, -1)
end

-- Return the request for a clip and the dialog's settings.
local function request_for(clip, settings)
  local keep = {}
  for _, name in ipairs(KEEPS) do if settings.keep[name] then keep[#keep + 1] = name end end
  return {
    api = API, notes = clip.notes, unit = "1/4", metre = clip.metres, bar = clip.bar, length = clip.to - clip.from,
    tempo = clip.tempo, band = band_of(clip.track, clip.from, clip.to),
    attributes = { settings.attribute }, steps = 1, range = { settings.amount, settings.amount },
    natural = settings.natural, keep = keep, alternatives = settings.alternatives, seed = settings.seed,
  }
end

-- Turn the selected item, and say what there is to say.
local function turn(settings)
  local clip = selected_clip()
  local reply = ask(request_for(clip, settings))
  add_takes(clip, reply.answers)
  return table.concat(reply.remarks, "\n")
end

-- The dialog

local settings = {
  attribute = "density", amount = 1.0, natural = 0.5, alternatives = 3, seed = 0,
  keep = { cadences = true, downbeats = true, subdivisions = true, rhythm = false, pitches = false },
}
local status = ""
local held -- the slider that the mouse holds
local was_down = false
local waiting -- when the server was started
local asked = 0 -- when it was last looked for

local function text(x, y, words, bright)
  gfx.set(bright and 1 or 0.75, bright and 1 or 0.75, bright and 1 or 0.75, 1)
  gfx.x, gfx.y = x, y
  gfx.drawstr(words)
end

local function inside(x, y, width, height)
  return gfx.mouse_x >= x and gfx.mouse_x < x + width and gfx.mouse_y >= y and gfx.mouse_y < y + height
end

-- Draw a button; return whether it was clicked.
local function button(x, y, width, words, on, clicked)
  gfx.set(on and 0.2 or 0.28, on and 0.5 or 0.28, on and 0.55 or 0.28, 1)
  gfx.rect(x, y, width, 24, 1)
  text(x + 8, y + 5, words, true)
  return clicked and inside(x, y, width, 24)
end

-- Draw a slider; return its value.
local function slider(name, y, value, low, high, step, words, clicked, down)
  text(16, y + 4, words)
  gfx.set(0.28, 0.28, 0.28, 1)
  gfx.rect(150, y + 8, 220, 8, 1)
  gfx.set(0.3, 0.75, 0.8, 1)
  gfx.rect(150 + 212 * (value - low) / (high - low), y + 3, 8, 18, 1)
  text(382, y + 4, (step >= 1 and "%d" or "%.1f"):format(value), true)
  if clicked and inside(142, y, 236, 24) then held = name end
  if held == name and down then
    local part = math.max(0, math.min(1, (gfx.mouse_x - 154) / 212))
    value = math.floor((low + part * (high - low)) / step + 0.5) * step
  end
  return value
end

-- Run a step of work, and show in a message box why it failed, if it did.
local function attempt(work)
  local done, result = pcall(work)
  if done then return result end
  reaper.ShowMessageBox(type(result) == "table" and result.text or tostring(result), NAME, 0)
end

-- Turn the item, or first start the server and turn it when that answers.
local function go()
  attempt(function()
    selected_clip() -- refused before anything is started
    if is_up() then
      status = turn(settings)
      settings.seed = settings.seed + 1
      return
    end
    local command = reaper.GetExtState(NAME, "command")
    reaper.ExecProcess((command ~= "" and command or "armusic") .. " serve --port " .. address():match("(%d+)/?$"), -2)
    waiting, status = reaper.time_precise(), "armusic is starting..."
  end)
end

local function wait()
  if not waiting then return end
  local now = reaper.time_precise()
  local seconds = now - waiting
  if now - asked < POLL then return end
  asked = now
  if is_up() then
    waiting, status = nil, ""
    go()
  elseif seconds > WAIT then
    waiting, status = nil, ""
    reaper.ShowMessageBox(
      "armusic does not answer at " .. address() .. ": start it in a terminal with\n\narmusic serve --port "
        .. address():match("(%d+)/?$"), NAME, 0)
  end
end

local function draw()
  local down = gfx.mouse_cap & 1 == 1
  local clicked = down and not was_down
  was_down = down
  if not down then held = nil end
  gfx.set(0.16, 0.16, 0.16, 1)
  gfx.rect(0, 0, gfx.w, gfx.h, 1)
  for index, name in ipairs(ATTRIBUTES) do
    if button(16 + (index - 1) * 100, 16, 92, name, settings.attribute == name, clicked) then settings.attribute = name end
  end
  settings.amount = slider("amount", 56, settings.amount, -3, 3, 0.1, "less or more", clicked, down)
  settings.natural = slider("natural", 88, settings.natural, 0, 1, 0.1, "natural", clicked, down)
  settings.alternatives = math.tointeger(slider("alternatives", 120, settings.alternatives, 1, 8, 1, "takes", clicked, down))
  text(16, 160, "keep")
  for index, name in ipairs(KEEPS) do
    local x, y = 70 + (index - 1) % 3 * 114, 156 + (index - 1) // 3 * 30
    if button(x, y, 108, name, settings.keep[name], clicked) then settings.keep[name] = not settings.keep[name] end
  end
  if button(16, 230, 120, "Make takes", true, clicked) and not waiting then go() end
  text(150, 235, status)
end

local function loop()
  local char = gfx.getchar()
  if char < 0 or char == 27 then return gfx.quit() end -- closed, or Escape
  wait()
  draw()
  gfx.update()
  reaper.defer(loop)
end

if not reaper.armusic_test then
  gfx.init(NAME, 420, 280)
  gfx.setfont(1, "Arial", 14)
  loop()
end

return { json = json, loop = loop, settings = settings, status = function() return status end } -- for tests
