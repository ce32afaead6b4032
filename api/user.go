package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/auth"
)

func (s *Server) userRoutes(svc Services) {
	h := authHandlers{accounts: svc.Accounts, cookies: svc.Cookies}

	huma.Register(s.huma, huma.Operation{
		OperationID: "get-profile", Method: http.MethodGet, Path: "/user/profile", Tags: []string{"User"},
		Summary: "Who you are, and your workspace", Security: bearer, Errors: []int{401, 503},
	}, h.getProfile)
	huma.Register(s.huma, huma.Operation{
		OperationID: "update-profile", Method: http.MethodPatch, Path: "/user/profile", Tags: []string{"User"},
		Summary: "Change your profile or your workspace's time zone and currency", Security: bearer,
		Description:  "What is not given stays as it is. A new e-mail address needs the current password: 403 wrong_password.",
		MaxBodyBytes: maxAuthBody, Errors: []int{400, 401, 403, 409, 413, 422, 429, 503},
	}, h.updateProfile)
	huma.Register(s.huma, huma.Operation{
		OperationID: "change-password", Method: http.MethodPost, Path: "/user/password", Tags: []string{"User"},
		Summary: "Change your password", Security: bearer,
		Description: "Every session, this one included, and every token issued before ends at once. The answer has the " +
			"tokens of a new session for this device, and sets its cookie. Wrong passwords count as failed log-ins.",
		MaxBodyBytes: maxAuthBody, Errors: []int{400, 401, 403, 409, 413, 422, 429, 503},
	}, h.changePassword)
}

// Profile is a user and their workspace.
type Profile struct {
	ID          uuid.UUID        `json:"id"`
	Email       string           `json:"email"`
	FirstName   string           `json:"firstName"`
	LastName    string           `json:"lastName"`
	CompanyName string           `json:"companyName,omitempty"`
	Workspace   ProfileWorkspace `json:"workspace"`
	CreatedAt   time.Time        `json:"createdAt"`
}

// ProfileWorkspace is the tenant that a user belongs to.
type ProfileWorkspace struct {
	ID       uuid.UUID `json:"id"`
	Name     string    `json:"name"`
	TimeZone string    `json:"timeZone" doc:"IANA" example:"Europe/Berlin"`
	Currency string    `json:"currency" doc:"ISO 4217" example:"EUR"`
}

func profileFromDomain(u auth.User) Profile {
	return Profile{
		ID: u.ID, Email: u.Email, FirstName: u.FirstName, LastName: u.LastName, CompanyName: u.CompanyName,
		Workspace: ProfileWorkspace{
			ID: u.Workspace.ID, Name: u.Workspace.Name, TimeZone: u.Workspace.TimeZone, Currency: u.Workspace.Currency,
		},
		CreatedAt: u.CreatedAt,
	}
}

type profileOutput struct{ Body Profile }

func (h authHandlers) getProfile(ctx context.Context, _ *struct{}) (*profileOutput, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	u, err := h.accounts.Profile(ctx, p)
	if err != nil {
		return nil, err
	}
	return &profileOutput{Body: profileFromDomain(u)}, nil
}

type updateProfileInput struct {
	Body struct {
		FirstName   *string `json:"firstName,omitempty" doc:"1 to 100 characters"`
		LastName    *string `json:"lastName,omitempty" doc:"1 to 100 characters"`
		CompanyName *string `json:"companyName,omitempty" doc:"At most 200 characters; empty removes it"`
		Email       *string `json:"email,omitempty" doc:"Needs password"`
		Password    string  `json:"password,omitempty" doc:"The current password, with email only"`
		TimeZone    *string `json:"timeZone,omitempty" doc:"The workspace's, IANA" example:"Europe/Berlin"`
		Currency    *string `json:"currency,omitempty" doc:"The workspace's, ISO 4217" example:"EUR"`
	}
}

func (h authHandlers) updateProfile(ctx context.Context, in *updateProfileInput) (*profileOutput, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	u, err := h.accounts.UpdateProfile(ctx, p, auth.ProfileChange(in.Body))
	if err != nil {
		return nil, err
	}
	return &profileOutput{Body: profileFromDomain(u)}, nil
}

type changePasswordInput struct {
	Body struct {
		CurrentPassword string `json:"currentPassword"`
		NewPassword     string `json:"newPassword" doc:"10 to 128 characters, and not the e-mail address"`
	}
}

func (h authHandlers) changePassword(ctx context.Context, in *changePasswordInput) (*signedInOutput, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	call := callOf(ctx)
	grant, err := h.accounts.ChangePassword(ctx, p, in.Body.CurrentPassword, in.Body.NewPassword, call.client())
	if err != nil {
		return nil, err
	}
	return h.signedIn(call, grant), nil
}
