package analyst

import (
	"strings"

	"github.com/pulsehub/pulsehub/internal/chat"
)

// place is the module that an intent is about, and what is to be done there.
func place(name chat.IntentName, r reading) (chat.Module, chat.Action) {
	switch name {
	case chat.IntentDataQuestion:
		switch {
		case r.has(tWhy):
			return chat.ModuleAnalytics, chat.ActionExplain
		case r.has(tCompare):
			return chat.ModuleAnalytics, chat.ActionCompare
		}
		return chat.ModuleAnalytics, chat.ActionView
	case chat.IntentRecommendation:
		return chat.ModuleCampaigns, chat.ActionRecommend
	case chat.IntentCampaignManagement:
		return chat.ModuleCampaigns, manage(r)
	case chat.IntentSegmentManagement:
		return chat.ModuleSegments, manage(r)
	case chat.IntentDataSourceManagement:
		switch {
		case r.has(tDelete), strings.Contains(strings.Join(r.words, " "), "disconnect"):
			return chat.ModuleDataSources, chat.ActionDelete
		case r.has(tSync):
			return chat.ModuleDataSources, chat.ActionSync
		case r.has(tDemo) && r.has(tLoad, tCreate):
			return chat.ModuleDataSources, chat.ActionCreate
		case r.has(tConnect, tHowTo, tCreate):
			return chat.ModuleDataSources, chat.ActionConnect
		}
		return chat.ModuleDataSources, manage(r)
	case chat.IntentAccount:
		return chat.ModuleAccount, manage(r)
	}
	return chat.ModuleChat, chat.ActionExplain
}

func manage(r reading) chat.Action {
	switch {
	case r.has(tDelete):
		return chat.ActionDelete
	case r.has(tRun) && r.polite() < len(r.words) && r.words[r.polite()] == "send":
		return chat.ActionCreate
	case r.has(tUpdate), r.has(tRun) && !r.has(tCreate):
		return chat.ActionUpdate
	case r.has(tCreate), r.opensWith(tReach), r.opensWith(tWrite):
		return chat.ActionCreate
	}
	return chat.ActionView
}

// product is the longest name of the catalogue that the question contains.
func product(question string, catalogue []string) string {
	question = strings.ToLower(question)
	best := ""
	for _, name := range catalogue {
		if len(name) > max(3, len(best)) && strings.Contains(question, strings.ToLower(name)) {
			best = name
		}
	}
	return best
}
