{
	"patcher": {
		"fileversion": 1,
		"appversion": {
			"major": 8,
			"minor": 1,
			"revision": 0,
			"architecture": "x64",
			"modernui": 1
		},
		"classnamespace": "box",
		"rect": [
			60.0,
			80.0,
			1180.0,
			760.0
		],
		"openinpresentation": 1,
		"default_fontsize": 10.0,
		"default_fontface": 0,
		"default_fontname": "Ableton Sans Medium",
		"gridonopen": 1,
		"gridsize": [
			8.0,
			8.0
		],
		"gridsnaponopen": 1,
		"devicewidth": 640.0,
		"description": "",
		"digest": "",
		"tags": "",
		"boxes": [
			{
				"box": {
					"id": "obj-1",
					"maxclass": "comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						16.0,
						8.0,
						189.0,
						20.0
					],
					"text": "The sound passes unchanged."
				}
			},
			{
				"box": {
					"id": "obj-2",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 2,
					"outlettype": [
						"signal",
						"signal"
					],
					"patching_rect": [
						16.0,
						32.0,
						61.0,
						22.0
					],
					"text": "plugin~"
				}
			},
			{
				"box": {
					"id": "obj-3",
					"maxclass": "newobj",
					"numinlets": 2,
					"numoutlets": 2,
					"outlettype": [
						"signal",
						"signal"
					],
					"patching_rect": [
						16.0,
						64.0,
						68.0,
						22.0
					],
					"text": "plugout~"
				}
			},
			{
				"box": {
					"id": "obj-4",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 5,
					"outlettype": [
						"",
						"",
						"",
						"",
						""
					],
					"patching_rect": [
						240.0,
						360.0,
						257.0,
						22.0
					],
					"text": "js mixbridge_hub.js 9401 11001 9400"
				}
			},
			{
				"box": {
					"id": "obj-5",
					"maxclass": "comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						240.0,
						8.0,
						399.0,
						20.0
					],
					"text": "The bridge, at one of its two ports. The only udpreceive."
				}
			},
			{
				"box": {
					"id": "obj-6",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						240.0,
						32.0,
						180.0,
						22.0
					],
					"text": "udpreceive 9401 @defer 1"
				}
			},
			{
				"box": {
					"id": "obj-7",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						16.0,
						640.0,
						173.0,
						22.0
					],
					"text": "udpsend 127.0.0.1 11001"
				}
			},
			{
				"box": {
					"id": "obj-8",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						216.0,
						640.0,
						166.0,
						22.0
					],
					"text": "udpsend 127.0.0.1 9400"
				}
			},
			{
				"box": {
					"id": "obj-9",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"patching_rect": [
						240.0,
						64.0,
						117.0,
						22.0
					],
					"text": "live.thisdevice"
				}
			},
			{
				"box": {
					"id": "obj-10",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						400.0,
						64.0,
						117.0,
						22.0
					],
					"text": "prepend enabled"
				}
			},
			{
				"box": {
					"id": "obj-11",
					"maxclass": "comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						16.0,
						264.0,
						126.0,
						20.0
					],
					"text": "The track devices."
				}
			},
			{
				"box": {
					"id": "obj-12",
					"maxclass": "newobj",
					"numinlets": 0,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						16.0,
						288.0,
						117.0,
						22.0
					],
					"text": "r mixbridge.tap"
				}
			},
			{
				"box": {
					"id": "obj-13",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						16.0,
						320.0,
						89.0,
						22.0
					],
					"text": "prepend tap"
				}
			},
			{
				"box": {
					"id": "obj-14",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						416.0,
						640.0,
						124.0,
						22.0
					],
					"text": "s mixbridge.port"
				}
			},
			{
				"box": {
					"id": "obj-15",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						560.0,
						640.0,
						131.0,
						22.0
					],
					"text": "s mixbridge.track"
				}
			},
			{
				"box": {
					"id": "obj-16",
					"maxclass": "newobj",
					"numinlets": 19,
					"numoutlets": 19,
					"outlettype": [
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						"",
						""
					],
					"patching_rect": [
						240.0,
						400.0,
						880.0,
						22.0
					],
					"text": "route lamp version count status state move reason answers mode freeze panic endorse working offerA offerB offerC picks knobs"
				}
			},
			{
				"box": {
					"id": "obj-17",
					"ignoreclick": 1,
					"maxclass": "live.text",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						240.0,
						440.0,
						10.0,
						10.0
					],
					"presentation": 1,
					"presentation_rect": [
						10.0,
						9.0,
						10.0,
						10.0
					],
					"rounded": 10.0,
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_lcd_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_control_selection"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "Connected",
							"parameter_enum": [
								"off",
								"on"
							],
							"parameter_info": "Lit while the bridge gives signs of life.",
							"parameter_invisible": 2,
							"parameter_longname": "Connected",
							"parameter_mmax": 1,
							"parameter_shortname": "Connected",
							"parameter_type": 2
						}
					},
					"text": "",
					"texton": "",
					"varname": "Connected"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-18",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						720.0,
						448.0,
						190.0,
						18.0
					],
					"presentation": 1,
					"presentation_rect": [
						26.0,
						5.0,
						190.0,
						18.0
					],
					"saved_attribute_attributes": {
						"textcolor": {
							"expression": "themecolor.live_control_fg"
						}
					},
					"text": "not connected",
					"textjustification": 0,
					"varname": "version"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 8.5,
					"id": "obj-19",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						720.0,
						472.0,
						196.0,
						18.0
					],
					"presentation": 1,
					"presentation_rect": [
						216.0,
						5.0,
						196.0,
						18.0
					],
					"saved_attribute_attributes": {
						"textcolor": {
							"expression": "themecolor.live_control_fg_off"
						}
					},
					"text": "",
					"textjustification": 2,
					"varname": "count"
				}
			},
			{
				"box": {
					"background": 1,
					"bgcolor": [
						0.11,
						0.11,
						0.11,
						1.0
					],
					"border": 0,
					"id": "obj-20",
					"ignoreclick": 1,
					"maxclass": "panel",
					"mode": 0,
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						720.0,
						8.0,
						404.0,
						82.0
					],
					"presentation": 1,
					"presentation_rect": [
						8.0,
						26.0,
						404.0,
						82.0
					],
					"rounded": 3,
					"saved_attribute_attributes": {
						"bgfillcolor": {
							"expression": "themecolor.live_lcd_bg"
						}
					}
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 9.0,
					"id": "obj-21",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						720.0,
						40.0,
						392.0,
						16.0
					],
					"presentation": 1,
					"presentation_rect": [
						14.0,
						29.0,
						392.0,
						16.0
					],
					"saved_attribute_attributes": {
						"textcolor": {
							"expression": "themecolor.live_lcd_control_fg_zombie"
						}
					},
					"text": "",
					"textjustification": 0,
					"varname": "status"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 9.0,
					"id": "obj-22",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						720.0,
						64.0,
						64.0,
						18.0
					],
					"presentation": 1,
					"presentation_rect": [
						14.0,
						47.0,
						64.0,
						18.0
					],
					"saved_attribute_attributes": {
						"textcolor": {
							"expression": "themecolor.live_lcd_control_fg"
						}
					},
					"text": "",
					"textjustification": 0,
					"varname": "state"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 11.0,
					"id": "obj-23",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						720.0,
						88.0,
						326.0,
						19.0
					],
					"presentation": 1,
					"presentation_rect": [
						80.0,
						46.0,
						326.0,
						19.0
					],
					"saved_attribute_attributes": {
						"textcolor": {
							"expression": "themecolor.live_lcd_title"
						}
					},
					"text": "No move yet",
					"textjustification": 0,
					"varname": "move"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 9.5,
					"id": "obj-24",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						720.0,
						112.0,
						392.0,
						38.0
					],
					"presentation": 1,
					"presentation_rect": [
						14.0,
						67.0,
						392.0,
						38.0
					],
					"saved_attribute_attributes": {
						"textcolor": {
							"expression": "themecolor.live_lcd_title"
						}
					},
					"text": "",
					"textjustification": 0,
					"varname": "reason"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-25",
					"maxclass": "live.text",
					"mode": 0,
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						16.0,
						160.0,
						72.0,
						24.0
					],
					"presentation": 1,
					"presentation_rect": [
						8.0,
						114.0,
						72.0,
						24.0
					],
					"rounded": 3.0,
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_control_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_control_selection"
						},
						"activetextcolor": {
							"expression": "themecolor.live_control_fg"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "Good",
							"parameter_enum": [
								"val1",
								"val2"
							],
							"parameter_info": "Thumb up: the move is better; yes to a suggestion.",
							"parameter_invisible": 2,
							"parameter_longname": "Good",
							"parameter_mmax": 1,
							"parameter_shortname": "Good",
							"parameter_type": 2
						}
					},
					"text": "Good",
					"texton": "Good",
					"varname": "Good"
				}
			},
			{
				"box": {
					"id": "obj-26",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						16.0,
						208.0,
						54.0,
						22.0
					],
					"text": "t good"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-27",
					"maxclass": "live.text",
					"mode": 0,
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						168.0,
						160.0,
						72.0,
						24.0
					],
					"presentation": 1,
					"presentation_rect": [
						84.0,
						114.0,
						72.0,
						24.0
					],
					"rounded": 3.0,
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_control_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_control_selection"
						},
						"activetextcolor": {
							"expression": "themecolor.live_control_fg"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "Bad",
							"parameter_enum": [
								"val1",
								"val2"
							],
							"parameter_info": "Thumb down: it goes back; no to a suggestion.",
							"parameter_invisible": 2,
							"parameter_longname": "Bad",
							"parameter_mmax": 1,
							"parameter_shortname": "Bad",
							"parameter_type": 2
						}
					},
					"text": "Bad",
					"texton": "Bad",
					"varname": "Bad"
				}
			},
			{
				"box": {
					"id": "obj-28",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						168.0,
						208.0,
						47.0,
						22.0
					],
					"text": "t bad"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-29",
					"maxclass": "live.text",
					"mode": 0,
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						320.0,
						160.0,
						84.0,
						24.0
					],
					"presentation": 1,
					"presentation_rect": [
						160.0,
						114.0,
						84.0,
						24.0
					],
					"rounded": 3.0,
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_control_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_control_selection"
						},
						"activetextcolor": {
							"expression": "themecolor.live_control_fg"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "As I want it",
							"parameter_enum": [
								"val1",
								"val2"
							],
							"parameter_info": "Learn from every track that it is where you want it. Press twice.",
							"parameter_invisible": 2,
							"parameter_longname": "As I want it",
							"parameter_mmax": 1,
							"parameter_shortname": "As I want it",
							"parameter_type": 2
						}
					},
					"text": "As I want it",
					"texton": "As I want it",
					"varname": "As I want it"
				}
			},
			{
				"box": {
					"id": "obj-30",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						320.0,
						208.0,
						75.0,
						22.0
					],
					"text": "t endorse"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-31",
					"maxclass": "live.text",
					"mode": 0,
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						504.0,
						160.0,
						56.0,
						24.0
					],
					"presentation": 1,
					"presentation_rect": [
						252.0,
						114.0,
						56.0,
						24.0
					],
					"rounded": 3.0,
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_control_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_control_selection"
						},
						"activetextcolor": {
							"expression": "themecolor.live_control_fg"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "Accept",
							"parameter_enum": [
								"val1",
								"val2"
							],
							"parameter_info": "Make the suggested move.",
							"parameter_invisible": 2,
							"parameter_longname": "Accept",
							"parameter_mmax": 1,
							"parameter_shortname": "Accept",
							"parameter_type": 2
						}
					},
					"text": "Accept",
					"texton": "Accept",
					"varname": "Accept"
				}
			},
			{
				"box": {
					"id": "obj-32",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						504.0,
						208.0,
						68.0,
						22.0
					],
					"text": "t accept"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-33",
					"maxclass": "live.text",
					"mode": 0,
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						624.0,
						160.0,
						46.0,
						24.0
					],
					"presentation": 1,
					"presentation_rect": [
						312.0,
						114.0,
						46.0,
						24.0
					],
					"rounded": 3.0,
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_control_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_control_selection"
						},
						"activetextcolor": {
							"expression": "themecolor.live_control_fg"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "Skip",
							"parameter_enum": [
								"val1",
								"val2"
							],
							"parameter_info": "Do not make the suggested move.",
							"parameter_invisible": 2,
							"parameter_longname": "Skip",
							"parameter_mmax": 1,
							"parameter_shortname": "Skip",
							"parameter_type": 2
						}
					},
					"text": "Skip",
					"texton": "Skip",
					"varname": "Skip"
				}
			},
			{
				"box": {
					"id": "obj-34",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						624.0,
						208.0,
						54.0,
						22.0
					],
					"text": "t skip"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-35",
					"maxclass": "live.text",
					"mode": 0,
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						724.0,
						160.0,
						50.0,
						24.0
					],
					"presentation": 1,
					"presentation_rect": [
						362.0,
						114.0,
						50.0,
						24.0
					],
					"rounded": 3.0,
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_control_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_control_selection"
						},
						"activetextcolor": {
							"expression": "themecolor.live_control_fg"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "Undo",
							"parameter_enum": [
								"val1",
								"val2"
							],
							"parameter_info": "Take the last move back; it counts against it.",
							"parameter_invisible": 2,
							"parameter_longname": "Undo",
							"parameter_mmax": 1,
							"parameter_shortname": "Undo",
							"parameter_type": 2
						}
					},
					"text": "Undo",
					"texton": "Undo",
					"varname": "Undo"
				}
			},
			{
				"box": {
					"id": "obj-36",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						724.0,
						208.0,
						54.0,
						22.0
					],
					"text": "t undo"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-37",
					"maxclass": "live.tab",
					"num_lines_patching": 1,
					"num_lines_presentation": 1,
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						16.0,
						160.0,
						262.0,
						20.0
					],
					"presentation": 1,
					"presentation_rect": [
						8.0,
						142.0,
						262.0,
						20.0
					],
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_control_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_control_selection"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "Mode",
							"parameter_enum": [
								"Observe",
								"Suggest",
								"Assist",
								"Gig"
							],
							"parameter_info": "How much the bridge may do by itself.",
							"parameter_invisible": 2,
							"parameter_longname": "Mode",
							"parameter_mmax": 3,
							"parameter_shortname": "Mode",
							"parameter_type": 2
						}
					},
					"varname": "Mode"
				}
			},
			{
				"box": {
					"id": "obj-38",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						16.0,
						208.0,
						96.0,
						22.0
					],
					"text": "prepend mode"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-39",
					"maxclass": "live.text",
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						560.0,
						160.0,
						66.0,
						20.0
					],
					"presentation": 1,
					"presentation_rect": [
						274.0,
						142.0,
						66.0,
						20.0
					],
					"rounded": 3.0,
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_control_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_freeze_color"
						},
						"activetextcolor": {
							"expression": "themecolor.live_control_fg"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "Freeze",
							"parameter_enum": [
								"off",
								"on"
							],
							"parameter_info": "Touch nothing; press again to go on.",
							"parameter_invisible": 2,
							"parameter_longname": "Freeze",
							"parameter_mmax": 1,
							"parameter_shortname": "Freeze",
							"parameter_type": 2
						}
					},
					"text": "Freeze",
					"texton": "Frozen",
					"varname": "Freeze"
				}
			},
			{
				"box": {
					"id": "obj-40",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						560.0,
						208.0,
						110.0,
						22.0
					],
					"text": "prepend freeze"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-41",
					"maxclass": "live.text",
					"mode": 0,
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						688.0,
						160.0,
						68.0,
						20.0
					],
					"presentation": 1,
					"presentation_rect": [
						344.0,
						142.0,
						68.0,
						20.0
					],
					"rounded": 3.0,
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_control_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_control_selection"
						},
						"activetextcolor": {
							"expression": "themecolor.live_control_fg"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "Panic",
							"parameter_enum": [
								"val1",
								"val2"
							],
							"parameter_info": "Fade back to the snapshot and stay there. Press twice; once more to rearm.",
							"parameter_invisible": 2,
							"parameter_longname": "Panic",
							"parameter_mmax": 1,
							"parameter_shortname": "Panic",
							"parameter_type": 2
						}
					},
					"text": "Panic",
					"texton": "Panic",
					"varname": "Panic"
				}
			},
			{
				"box": {
					"id": "obj-42",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						688.0,
						208.0,
						61.0,
						22.0
					],
					"text": "t panic"
				}
			},
			{
				"box": {
					"background": 1,
					"bgcolor": [
						0.11,
						0.11,
						0.11,
						1.0
					],
					"border": 0,
					"id": "obj-43",
					"ignoreclick": 1,
					"maxclass": "panel",
					"mode": 0,
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						720.0,
						8.0,
						208.0,
						92.0
					],
					"presentation": 1,
					"presentation_rect": [
						424.0,
						26.0,
						208.0,
						92.0
					],
					"rounded": 3,
					"saved_attribute_attributes": {
						"bgfillcolor": {
							"expression": "themecolor.live_lcd_bg"
						}
					}
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-44",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						720.0,
						112.0,
						204.0,
						18.0
					],
					"presentation": 1,
					"presentation_rect": [
						428.0,
						5.0,
						204.0,
						18.0
					],
					"saved_attribute_attributes": {
						"textcolor": {
							"expression": "themecolor.live_control_fg"
						}
					},
					"text": "",
					"textjustification": 0,
					"varname": "working"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 9.0,
					"id": "obj-45",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						720.0,
						136.0,
						198.0,
						29.0
					],
					"presentation": 1,
					"presentation_rect": [
						430.0,
						27.0,
						198.0,
						29.0
					],
					"saved_attribute_attributes": {
						"textcolor": {
							"expression": "themecolor.live_lcd_title"
						}
					},
					"text": "",
					"textjustification": 0,
					"varname": "offer A"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 9.0,
					"id": "obj-46",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						720.0,
						160.0,
						198.0,
						29.0
					],
					"presentation": 1,
					"presentation_rect": [
						430.0,
						57.0,
						198.0,
						29.0
					],
					"saved_attribute_attributes": {
						"textcolor": {
							"expression": "themecolor.live_lcd_title"
						}
					},
					"text": "",
					"textjustification": 0,
					"varname": "offer B"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 9.0,
					"id": "obj-47",
					"maxclass": "live.comment",
					"numinlets": 1,
					"numoutlets": 0,
					"outlettype": [],
					"patching_rect": [
						720.0,
						184.0,
						198.0,
						29.0
					],
					"presentation": 1,
					"presentation_rect": [
						430.0,
						87.0,
						198.0,
						29.0
					],
					"saved_attribute_attributes": {
						"textcolor": {
							"expression": "themecolor.live_lcd_title"
						}
					},
					"text": "",
					"textjustification": 0,
					"varname": "offer C"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-48",
					"maxclass": "live.text",
					"mode": 0,
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						1040.0,
						160.0,
						50.0,
						20.0
					],
					"presentation": 1,
					"presentation_rect": [
						580.0,
						142.0,
						50.0,
						20.0
					],
					"rounded": 3.0,
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_control_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_control_selection"
						},
						"activetextcolor": {
							"expression": "themecolor.live_control_fg"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "Keep",
							"parameter_enum": [
								"val1",
								"val2"
							],
							"parameter_info": "Leave the sound as it is.",
							"parameter_invisible": 2,
							"parameter_longname": "Keep",
							"parameter_mmax": 1,
							"parameter_shortname": "Keep",
							"parameter_type": 2
						}
					},
					"text": "Keep",
					"texton": "Keep",
					"varname": "Keep"
				}
			},
			{
				"box": {
					"id": "obj-49",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						1040.0,
						192.0,
						40.0,
						22.0
					],
					"text": "t 0"
				}
			},
			{
				"box": {
					"id": "obj-50",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						1040.0,
						224.0,
						96.0,
						22.0
					],
					"text": "prepend pick"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-51",
					"maxclass": "live.text",
					"mode": 0,
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						860.0,
						160.0,
						50.0,
						20.0
					],
					"presentation": 1,
					"presentation_rect": [
						424.0,
						142.0,
						50.0,
						20.0
					],
					"rounded": 3.0,
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_control_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_control_selection"
						},
						"activetextcolor": {
							"expression": "themecolor.live_control_fg"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "A",
							"parameter_enum": [
								"val1",
								"val2"
							],
							"parameter_info": "Pick the first variant.",
							"parameter_invisible": 2,
							"parameter_longname": "A",
							"parameter_mmax": 1,
							"parameter_shortname": "A",
							"parameter_type": 2
						}
					},
					"text": "A",
					"texton": "A",
					"varname": "A"
				}
			},
			{
				"box": {
					"id": "obj-52",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						860.0,
						192.0,
						40.0,
						22.0
					],
					"text": "t 1"
				}
			},
			{
				"box": {
					"id": "obj-53",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						860.0,
						224.0,
						96.0,
						22.0
					],
					"text": "prepend pick"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-54",
					"maxclass": "live.text",
					"mode": 0,
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						920.0,
						160.0,
						50.0,
						20.0
					],
					"presentation": 1,
					"presentation_rect": [
						476.0,
						142.0,
						50.0,
						20.0
					],
					"rounded": 3.0,
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_control_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_control_selection"
						},
						"activetextcolor": {
							"expression": "themecolor.live_control_fg"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "B",
							"parameter_enum": [
								"val1",
								"val2"
							],
							"parameter_info": "Pick the second variant.",
							"parameter_invisible": 2,
							"parameter_longname": "B",
							"parameter_mmax": 1,
							"parameter_shortname": "B",
							"parameter_type": 2
						}
					},
					"text": "B",
					"texton": "B",
					"varname": "B"
				}
			},
			{
				"box": {
					"id": "obj-55",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						920.0,
						192.0,
						40.0,
						22.0
					],
					"text": "t 2"
				}
			},
			{
				"box": {
					"id": "obj-56",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						920.0,
						224.0,
						96.0,
						22.0
					],
					"text": "prepend pick"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 10.0,
					"id": "obj-57",
					"maxclass": "live.text",
					"mode": 0,
					"numinlets": 1,
					"numoutlets": 2,
					"outlettype": [
						"",
						""
					],
					"parameter_enable": 1,
					"patching_rect": [
						980.0,
						160.0,
						50.0,
						20.0
					],
					"presentation": 1,
					"presentation_rect": [
						528.0,
						142.0,
						50.0,
						20.0
					],
					"rounded": 3.0,
					"saved_attribute_attributes": {
						"activebgcolor": {
							"expression": "themecolor.live_control_bg"
						},
						"activebgoncolor": {
							"expression": "themecolor.live_control_selection"
						},
						"activetextcolor": {
							"expression": "themecolor.live_control_fg"
						},
						"bordercolor": {
							"expression": "themecolor.live_contrast_frame"
						},
						"valueof": {
							"parameter_annotation_name": "C",
							"parameter_enum": [
								"val1",
								"val2"
							],
							"parameter_info": "Pick the third variant.",
							"parameter_invisible": 2,
							"parameter_longname": "C",
							"parameter_mmax": 1,
							"parameter_shortname": "C",
							"parameter_type": 2
						}
					},
					"text": "C",
					"texton": "C",
					"varname": "C"
				}
			},
			{
				"box": {
					"id": "obj-58",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						980.0,
						192.0,
						40.0,
						22.0
					],
					"text": "t 3"
				}
			},
			{
				"box": {
					"id": "obj-59",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						980.0,
						224.0,
						96.0,
						22.0
					],
					"text": "prepend pick"
				}
			},
			{
				"box": {
					"fontname": "Ableton Sans Medium",
					"fontsize": 9.0,
					"id": "obj-60",
					"items": "no knobs",
					"maxclass": "umenu",
					"numinlets": 1,
					"numoutlets": 3,
					"outlettype": [
						"",
						"",
						""
					],
					"patching_rect": [
						860.0,
						256.0,
						208.0,
						18.0
					],
					"presentation": 1,
					"presentation_rect": [
						424.0,
						121.0,
						208.0,
						18.0
					],
					"saved_attribute_attributes": {
						"textcolor": {
							"expression": "themecolor.live_control_fg"
						}
					},
					"varname": "knobs"
				}
			},
			{
				"box": {
					"id": "obj-61",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"outlettype": [
						""
					],
					"patching_rect": [
						860.0,
						288.0,
						96.0,
						22.0
					],
					"text": "prepend lock"
				}
			}
		],
		"lines": [
			{
				"patchline": {
					"source": [
						"obj-2",
						0
					],
					"destination": [
						"obj-3",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-2",
						1
					],
					"destination": [
						"obj-3",
						1
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-6",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-4",
						0
					],
					"destination": [
						"obj-7",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-4",
						1
					],
					"destination": [
						"obj-8",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-9",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-9",
						1
					],
					"destination": [
						"obj-10",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-10",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-12",
						0
					],
					"destination": [
						"obj-13",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-13",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-4",
						2
					],
					"destination": [
						"obj-14",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-4",
						3
					],
					"destination": [
						"obj-15",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-4",
						4
					],
					"destination": [
						"obj-16",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						0
					],
					"destination": [
						"obj-17",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						1
					],
					"destination": [
						"obj-18",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						2
					],
					"destination": [
						"obj-19",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						3
					],
					"destination": [
						"obj-21",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						4
					],
					"destination": [
						"obj-22",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						5
					],
					"destination": [
						"obj-23",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						6
					],
					"destination": [
						"obj-24",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-25",
						0
					],
					"destination": [
						"obj-26",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-26",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-27",
						0
					],
					"destination": [
						"obj-28",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-28",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-29",
						0
					],
					"destination": [
						"obj-30",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-30",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-31",
						0
					],
					"destination": [
						"obj-32",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-32",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-33",
						0
					],
					"destination": [
						"obj-34",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-34",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-35",
						0
					],
					"destination": [
						"obj-36",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-36",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						7
					],
					"destination": [
						"obj-31",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						7
					],
					"destination": [
						"obj-33",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						8
					],
					"destination": [
						"obj-37",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-37",
						0
					],
					"destination": [
						"obj-38",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-38",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						9
					],
					"destination": [
						"obj-39",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-39",
						0
					],
					"destination": [
						"obj-40",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-40",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-41",
						0
					],
					"destination": [
						"obj-42",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-42",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						10
					],
					"destination": [
						"obj-41",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						11
					],
					"destination": [
						"obj-29",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						12
					],
					"destination": [
						"obj-44",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						13
					],
					"destination": [
						"obj-45",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						14
					],
					"destination": [
						"obj-46",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						15
					],
					"destination": [
						"obj-47",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-48",
						0
					],
					"destination": [
						"obj-49",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-49",
						0
					],
					"destination": [
						"obj-50",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-50",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						16
					],
					"destination": [
						"obj-48",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-51",
						0
					],
					"destination": [
						"obj-52",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-52",
						0
					],
					"destination": [
						"obj-53",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-53",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						16
					],
					"destination": [
						"obj-51",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-54",
						0
					],
					"destination": [
						"obj-55",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-55",
						0
					],
					"destination": [
						"obj-56",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-56",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						16
					],
					"destination": [
						"obj-54",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-57",
						0
					],
					"destination": [
						"obj-58",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-58",
						0
					],
					"destination": [
						"obj-59",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-59",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						16
					],
					"destination": [
						"obj-57",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-16",
						17
					],
					"destination": [
						"obj-60",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-60",
						0
					],
					"destination": [
						"obj-61",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-61",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			}
		],
		"parameters": {
			"obj-17": [
				"Connected",
				"Connected",
				0
			],
			"obj-25": [
				"Good",
				"Good",
				0
			],
			"obj-27": [
				"Bad",
				"Bad",
				0
			],
			"obj-29": [
				"As I want it",
				"As I want it",
				0
			],
			"obj-31": [
				"Accept",
				"Accept",
				0
			],
			"obj-33": [
				"Skip",
				"Skip",
				0
			],
			"obj-35": [
				"Undo",
				"Undo",
				0
			],
			"obj-37": [
				"Mode",
				"Mode",
				0
			],
			"obj-39": [
				"Freeze",
				"Freeze",
				0
			],
			"obj-41": [
				"Panic",
				"Panic",
				0
			],
			"obj-48": [
				"Keep",
				"Keep",
				0
			],
			"obj-51": [
				"A",
				"A",
				0
			],
			"obj-54": [
				"B",
				"B",
				0
			],
			"obj-57": [
				"C",
				"C",
				0
			]
		},
		"dependency_cache": [
			{
				"name": "mixbridge_hub.js",
				"bootpath": ".",
				"type": "TEXT",
				"implicit": 1
			}
		],
		"latency": 0,
		"project": {
			"version": 1,
			"creationdate": 3590052493,
			"modificationdate": 3590052493,
			"viewrect": [
				0.0,
				0.0,
				300.0,
				500.0
			],
			"autoorganize": 1,
			"hideprojectwindow": 1,
			"showdependencies": 1,
			"autolocalize": 0,
			"contents": {
				"patchers": {}
			},
			"layout": {},
			"searchpath": {},
			"detailsvisible": 0,
			"amxdtype": 1633771873,
			"readonly": 0,
			"devpathtype": 0,
			"devpath": ".",
			"sortmode": 0,
			"viewmode": 0
		},
		"autosave": 0
	}
}
